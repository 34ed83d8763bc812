package dev.spillway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * A host that may be called, as an entry of {@code job.io.allowed.hosts} names it.
 *
 * @param host a name in lower case, or an address; one of IPv6 in brackets
 * @param port the only port that may be called; -1 for any
 */
public record AllowedHost(String host, int port) {

    /**
     * Reads {@code host} or {@code host:port}.
     *
     * @throws InvalidConfigException when it is neither
     */
    static AllowedHost parse(String text) {
        try {
            URI parsed = new URI("http://" + text.strip());
            boolean hasMore = !parsed.getRawPath().isEmpty()
                    || parsed.getRawQuery() != null
                    || parsed.getRawFragment() != null
                    || parsed.getRawUserInfo() != null;
            if (parsed.getHost() != null && !hasMore && parsed.getPort() != 0 && parsed.getPort() <= 65_535) {
                return new AllowedHost(parsed.getHost().toLowerCase(Locale.ROOT), parsed.getPort());
            }
        } catch (URISyntaxException e) {
            // the sentence below says it
        }
        throw new InvalidConfigException(ConfigKeys.JOB_IO_ALLOWED_HOSTS + " has the entry '" + text
                + "': write a host as name, name:port, an IPv4 address or [an IPv6 address]");
    }

    /** Whether it is where the URL points to; the URL has a scheme and a host. */
    public boolean covers(URI url) {
        return host.equals(url.getHost().toLowerCase(Locale.ROOT)) && (port == -1 || port == portOf(url));
    }

    private static int portOf(URI url) {
        if (url.getPort() != -1) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }
}
