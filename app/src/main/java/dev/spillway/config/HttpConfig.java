package dev.spillway.config;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How processors speak HTTP.
 *
 * @param url the service that the {@code http} processor calls; null where nothing needs it
 * @param version {@code 1.1} or {@code 2}
 * @param connectTimeout how long a connection may take to be made
 * @param timeout how long a whole exchange may take, the connection and the answer's last byte included
 * @param maxResponseBytes how long an answer's body may be
 * @param contentType what a value is said to be where its record does not say
 * @param batchMaxRecords how many records one request carries at most
 */
public record HttpConfig(
        @Nullable URI url,
        String version,
        Duration connectTimeout,
        Duration timeout,
        int maxResponseBytes,
        String contentType,
        int batchMaxRecords) {

    /**
     * Reads {@code http.url}. What is refused is not told: what is no address, or one written wrong, may hold a password or a token
     * anywhere.
     *
     * @throws InvalidConfigException when that cannot be called
     */
    static URI parseUrl(String text) {
        URI url;
        try {
            url = URI.create(text.strip());
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException(ConfigKeys.HTTP_URL + " is not a URL: write it as http://host:port/path");
        }
        String scheme = url.getScheme();
        if (url.getUserInfo() != null
                || (url.getRawAuthority() != null && url.getRawAuthority().contains("@"))) {
            throw new InvalidConfigException(
                    ConfigKeys.HTTP_URL
                            + " holds a user name, which would be written to logs and is not sent: leave out what stands before '@'");
        }
        if (!("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
                || url.getHost() == null
                || url.getPort() == 0
                || url.getPort() > 65_535) {
            throw new InvalidConfigException(
                    ConfigKeys.HTTP_URL + " is not the URL of an HTTP service: write it as http://host:port/path");
        }
        if (url.getRawFragment() != null) {
            throw new InvalidConfigException(
                    ConfigKeys.HTTP_URL + " has a fragment, which no service sees: leave out '#' and the rest");
        }
        return url;
    }
}
