package dev.spillway.config;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.JaasContext;

/**
 * The setting of Kafka's clients that holds a password among other things. They read it when they are made, and where they cannot, they
 * quote the word that they have come to: after a quote within a password that is a part of the password.
 */
public final class JaasSetting {
    private JaasSetting() {}

    /**
     * Reads it as a client would, if it is there.
     *
     * @param client the settings of a client
     * @throws InvalidConfigException when it makes no sense; quotes nothing of it
     */
    @SuppressWarnings("UnusedException") // its message is what must not be told
    public static void require(Map<String, ?> client) {
        Object text = client.get(SaslConfigs.SASL_JAAS_CONFIG);
        if (text == null) {
            return;
        }
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(
                SaslConfigs.SASL_JAAS_CONFIG,
                ConfigDef.parseType(SaslConfigs.SASL_JAAS_CONFIG, text, ConfigDef.Type.PASSWORD));
        try {
            JaasContext.loadClientContext(settings);
        } catch (IllegalArgumentException | KafkaException e) {
            throw new InvalidConfigException(SaslConfigs.SASL_JAAS_CONFIG
                    + " makes no sense: write one login module as CLASS required NAME=\"VALUE\" ...; and within a value a"
                    + " backslash before each quote and each backslash");
        }
    }
}
