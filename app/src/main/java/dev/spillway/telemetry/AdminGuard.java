package dev.spillway.telemetry;

import com.sun.net.httpserver.Headers;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom the admin server answers. Another site's page can make a browser ask, and can give its own name our address; it cannot make the
 * browser call us by an address or by our name then.
 */
final class AdminGuard {
    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9a-f:.%]+]|\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    private final Set<String> names = new HashSet<>();

    /**
     * Admits localhost, addresses, and these names.
     *
     * @param listen host and port of the server; empty for none
     */
    AdminGuard(String listen, List<String> hosts) {
        names.add("localhost");
        names.add(PORT.matcher(listen.toLowerCase(Locale.ROOT)).replaceFirst(""));
        hosts.forEach(host -> names.add(host.toLowerCase(Locale.ROOT)));
    }

    boolean admits(Headers request) {
        return isOurs(request.getFirst("Host")) && !isFromElsewhere(request);
    }

    private boolean isOurs(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
        return names.contains(name) || ADDRESS.matcher(name).matches();
    }

    /** A link on another page may lead here; what another page fetches may not. */
    private static boolean isFromElsewhere(Headers request) {
        String site = request.getFirst("Sec-Fetch-Site");
        boolean foreign = "cross-site".equals(site) || "same-site".equals(site);
        return foreign && !"navigate".equals(request.getFirst("Sec-Fetch-Mode"));
    }
}
