package dev.spillway.processor;

import dev.spillway.config.AllowedHost;
import dev.spillway.config.HttpConfig;
import dev.spillway.flow.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Fetches the URLs of jobs. A record must not be able to make the sidecar call what only the sidecar can reach, the metadata service of a
 * cloud for example: the host of each URL, of every redirect too, has to be in {@code job.io.allowed.hosts}, and what it resolves to has to
 * be what one may expect of it. Any thread.
 */
final class IoJob implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;

    /** What these resolve to is certain, so anything else is a trick. */
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final List<AllowedHost> allowed;
    private final Duration timeout;
    private final Resolver resolver;
    private final HttpExchanges exchanges;
    private final Time time;

    /** Finds the addresses of a host: the system's resolver, but for tests. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    IoJob(List<AllowedHost> allowed, HttpConfig config, Time time) {
        this(allowed, config, time, InetAddress::getAllByName);
    }

    IoJob(List<AllowedHost> allowed, HttpConfig config, Time time, Resolver resolver) {
        this.allowed = allowed;
        this.timeout = config.timeout();
        this.resolver = resolver;
        this.exchanges = new HttpExchanges(config, time);
        this.time = time;
    }

    /**
     * Fetches a URL.
     *
     * @return the answer, which is a successful one
     * @throws PermanentFailureException when the URL is not one that may be fetched, or the answer says that it never will be
     * @throws RetryLaterException when the answer says that it may be later
     */
    HttpAnswer fetch(String text) throws IOException, InterruptedException {
        long start = time.nanoTime();
        URI url = parse(text);
        for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
            Duration left = timeout.minusNanos(time.nanoTime() - start);
            if (left.isNegative() || left.isZero()) {
                throw new HttpTimeoutException("no answer from the job's URL within http.timeout.ms");
            }
            HttpRequest get = HttpRequest.newBuilder(checked(url)).GET().build();
            HttpAnswer answer = exchanges.exchange(get, left);
            int status = answer.status();
            if (HttpStatus.isSuccess(status)) {
                return answer;
            }
            if (!REDIRECTS.contains(status)) {
                // without its text, and without the URL: what a record holds has no place in a header or a log
                throw HttpStatus.failure(status, answer.retryAfter(), "the job's URL answered " + status, time);
            }
            url = target(url, answer);
        }
        throw new PermanentFailureException("the job's URL redirects more than " + MOST_REDIRECTS + " times");
    }

    @Override
    public void close() {
        exchanges.close();
    }

    private static URI parse(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new PermanentFailureException("not a job: 'url' is not a URL");
        }
    }

    private static URI target(URI from, HttpAnswer redirect) {
        String location = redirect.headers().firstValue("Location").orElse("");
        if (location.isEmpty()) {
            throw new PermanentFailureException(
                    "the job's URL answered " + redirect.status() + " without saying where to");
        }
        URI to;
        try {
            to = location.startsWith("?") ? withQuery(from, location) : from.resolve(new URI(location));
        } catch (URISyntaxException e) {
            throw new PermanentFailureException("the job's URL redirects to something that is not a URL");
        }
        if ("https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme())) {
            throw new PermanentFailureException("the job's URL redirects from https to something else");
        }
        return to;
    }

    /** The same path with another query (RFC 3986, 5.2.2); Java's own resolution would lead to the folder. */
    private static URI withQuery(URI url, String query) throws URISyntaxException {
        return new URI(url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath() + query);
    }

    /**
     * The URL, if it may be fetched.
     *
     * <p>Between this check and the connection the name is resolved again. Under https the certificate settles who answers, a loopback
     * name is replaced by the address that was checked, and for other names Java's own cache gives the same answer twice.
     */
    private URI checked(URI url) throws IOException {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https"))
                || url.getHost() == null
                || url.getPort() == 0
                || url.getPort() > 65_535
                || url.getRawUserInfo() != null) {
            throw new PermanentFailureException("the job's URL is not http://host/… or https://host/…");
        }
        String host = url.getHost().toLowerCase(Locale.ROOT);
        if (allowed.stream().noneMatch(one -> one.covers(url))) {
            throw new PermanentFailureException("the host of the job's URL is not in job.io.allowed.hosts");
        }
        InetAddress[] addresses = resolve(host);
        for (InetAddress address : addresses) {
            requireExpected(host, address);
        }
        return LOOPBACK.contains(host) && scheme.equals("http") ? at(addresses[0], url) : url;
    }

    private InetAddress[] resolve(String host) throws IOException {
        try {
            return resolver.resolve(host);
        } catch (UnknownHostException e) {
            throw new IOException("the host of the job's URL is unknown"); // without the host; it may become known
        }
    }

    private static void requireExpected(String host, InetAddress address) {
        if (LOOPBACK.contains(host)) {
            if (!address.isLoopbackAddress()) {
                throw new PermanentFailureException(
                        "the host of the job's URL is a loopback name with an address elsewhere");
            }
        } else if ((address.isLinkLocalAddress() || address.isAnyLocalAddress() || address.isMulticastAddress())
                && !isLiteral(host)) {
            throw new PermanentFailureException(
                    "the host of the job's URL has an address that is link-local or no host's");
        }
    }

    /** Whether it is an address itself; then whoever allowed it has meant that. */
    private static boolean isLiteral(String host) {
        return host.startsWith("[") || host.matches("[0-9.]+");
    }

    private static URI at(InetAddress address, URI url) throws IOException {
        String literal = address.getHostAddress();
        try {
            return new URI(url.getScheme() + "://" + (literal.contains(":") ? "[" + literal + "]" : literal)
                    + (url.getPort() == -1 ? "" : ":" + url.getPort())
                    + (url.getRawPath() == null ? "" : url.getRawPath())
                    + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery()));
        } catch (URISyntaxException e) {
            throw new IOException("an address that fits into no URL", e);
        }
    }
}
