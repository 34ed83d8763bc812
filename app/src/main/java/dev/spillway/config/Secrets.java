package dev.spillway.config;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;

/** What of the configuration nobody may see: what Kafka says is a secret, what is named like one, and the user and the query of an address. */
final class Secrets {
    private static final String HIDDEN = "[hidden]";

    private static final Set<String> OF_KAFKA = Stream.of(
                    AdminClientConfig.configDef(), ConsumerConfig.configDef(), ProducerConfig.configDef())
            .flatMap(definition -> definition.configKeys().values().stream())
            .filter(key -> key.type == ConfigDef.Type.PASSWORD)
            .map(key -> key.name)
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern NAMED_LIKE_ONE = Pattern.compile(
            "password|passwd|pwd|passphrase|passcode|secret|token|credential|jaas|auth(?!ority)|cookie|bearer"
                    + "|private|api[._-]?key|access[._-]?key",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern USER_INFO = Pattern.compile("//[^/@\\s]*@");

    /** Of an address; what is in there is as often a token as not. */
    private static final Pattern QUERY = Pattern.compile("(//[^?\\s]*)\\?\\S*");

    private Secrets() {}

    /** The value as it may be shown. */
    static String hide(String key, String value) {
        String bare = key.replaceFirst("^(consumer|producer)\\.", "");
        if (!value.isEmpty()
                && (OF_KAFKA.contains(bare) || NAMED_LIKE_ONE.matcher(bare).find())) {
            return HIDDEN;
        }
        String withoutUser = USER_INFO.matcher(value).replaceAll("//" + HIDDEN + "@");
        return QUERY.matcher(withoutUser).replaceAll("$1?" + HIDDEN);
    }
}
