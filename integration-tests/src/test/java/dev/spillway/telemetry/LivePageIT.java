package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.Application;
import dev.spillway.RunningSidecar;
import dev.spillway.TestKafka;
import dev.spillway.runtime.Load;
import dev.spillway.runtime.SlowProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The live page as a browser shows it, beside what the sidecar says over HTTP. */
@Timeout(180)
@SuppressWarnings("NullAway.Init") // JUnit starts the browser
class LivePageIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** They are measured anew each time that somebody looks. */
    private static final List<String> NEVER_TWICE_THE_SAME =
            List.of("spillway_loop_silence_seconds", "spillway_workers_utilisation_ratio");

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    private static Browser browser;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    private static Application application() throws InterruptedException {
        return Application.on(kafka, 4)
                .with("admin.listen", "127.0.0.1:0")
                .with("shed.policy", "DROP_OLDEST")
                .with("processor", SlowProcessor.class.getName())
                .with("processor.millis", "10")
                .with("workers", "4")
                .with("queue.capacity", "200")
                .with("consumer.max.poll.records", "100")
                .with("alarm.queue.ms", "2000")
                .with("stalled.after.ms", "2000")
                .with("retry.max.retries", "0");
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The sidecar's own metrics, summed over labels as the page does. */
    private Map<String, Double> metrics(int port) throws IOException, InterruptedException {
        Map<String, Double> sums = new TreeMap<>();
        get(port, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("spillway_"))
                .forEach(line -> {
                    String name = line.substring(0, line.indexOf(line.contains("{") ? '{' : ' '));
                    double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                    sums.merge(name, Double.isNaN(value) ? 0 : value, Double::sum);
                });
        return sums;
    }

    private static void awaitTrue(String otherwise, Callable<Boolean> condition) {
        await(otherwise).atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(condition);
    }

    private static void awaitUpdates(int count) {
        long before = browser.updates();
        awaitTrue("the page is not told anything", () -> browser.updates() >= before + count);
    }

    /** What only grows is on the page what it was between two looks at the metrics. */
    private void assertCountersAgreeWhileTheyGrow(int port) throws Exception {
        Map<String, Double> before = metrics(port);
        awaitUpdates(2);
        Map<String, Double> page = browser.numbers();
        Map<String, Double> after = metrics(port);
        List<String> counters =
                page.keySet().stream().filter(name -> name.endsWith("_total")).toList();
        assertThat(counters).hasSizeGreaterThan(5);
        for (String counter : counters) {
            assertThat(page.get(counter)).as(counter).isBetween(before.get(counter), after.get(counter));
        }
        assertThat(page).containsEntry("spillway_workers", 4.0).containsEntry("spillway_queue_limit_records", 200.0);
    }

    @Test
    void numbersOnThePageAreThoseOfTheMetricsUnderLoadAndAfterARebalance() throws Exception {
        Application application = application();
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            browser.open(sidecar.port());
            try (Load load = new Load(kafka.client().producer(Map.of()), application.input(), 2000, "a value")) {
                awaitTrue(
                        "nothing is shed",
                        () -> browser.numbers().getOrDefault("spillway_records_dropped_total", 0.0) > 1000);
                assertCountersAgreeWhileTheyGrow(sidecar.port());
                assertThat(browser.text("state")).startsWith("Running, ready");
                awaitTrue("no alarm", () -> browser.text("alarm").contains("above 90 %"));
                awaitUpdates(5);
                takePictures();

                try (RunningSidecar other = RunningSidecar.start(application.config())) {
                    awaitTrue("the partitions are not shared", () -> partitionsOnPage() == 2);
                    assertCountersAgreeWhileTheyGrow(sidecar.port());
                    other.stop();
                }
                awaitTrue("the partitions do not come back", () -> partitionsOnPage() == 4);
                assertCountersAgreeWhileTheyGrow(sidecar.port());
                load.stop();
            }
            awaitTrue("it does not come to rest", () -> isAtRest(metrics(sidecar.port())));
            awaitUpdates(2);
            Map<String, Double> page = browser.numbers();
            Map<String, Double> metrics = metrics(sidecar.port());
            page.keySet().removeAll(NEVER_TWICE_THE_SAME);
            assertThat(metrics).containsAllEntriesOf(page);
            assertThat(browser.text("losses"))
                    .containsPattern("\\d\\d:\\d\\d:\\d\\d")
                    .doesNotContain("AM", "PM");
            browser.screenshot("page-at-rest");
            browser.assertNoComplaints();
            sidecar.stop();
        }
        application.assertConserved();
    }

    private static boolean isAtRest(Map<String, Double> metrics) {
        return metrics.getOrDefault("spillway_queue_records", 1.0) == 0
                && metrics.getOrDefault("spillway_epochs_open", 1.0) == 0
                && metrics.getOrDefault("spillway_partition_lag_records", 1.0) == 0;
    }

    private static int partitionsOnPage() {
        return browser.ask("return document.querySelectorAll('#partitions tbody tr').length")
                .asInt();
    }

    /** On a desk and on a phone, light and dark; and nothing is wider than the phone. */
    private static void takePictures() throws IOException {
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            String theme = dark ? "dark" : "light";
            browser.size(1280, 1700, false);
            browser.screenshot("page-under-load-desk-" + theme);
            assertContrast(theme);
            browser.size(360, 2800, true);
            browser.screenshot("page-under-load-phone-" + theme);
            assertThat(browser.ask("return document.documentElement.scrollWidth")
                            .asInt())
                    .as("width on a phone")
                    .isLessThanOrEqualTo(360);
        }
        browser.dark(false);
        browser.size(1280, 1700, false);
    }

    /** Text stands out from what is behind it by 4.5 to 1 at least, as WCAG 2 (AA) asks. */
    private static void assertContrast(String theme) {
        JsonNode poor = browser.ask("""
                const lum = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
                  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                const parts = (c) => c.match(/[0-9.]+/g).map(Number);
                const behind = (e) => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
                const poor = [];
                for (const e of document.querySelectorAll('body *')) {
                  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || e.closest('noscript')) continue;
                  const a = lum(parts(getComputedStyle(e).color).slice(0, 3)), b = lum(behind(e));
                  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                  if (ratio < 4.5) poor.push(e.tagName + '#' + e.id + '.' + e.className + ' ' + ratio.toFixed(2));
                }
                return poor;
                """);
        assertThat(poor).as("too little contrast, " + theme).isEmpty();
    }

    @Test
    void everythingOnThePageHasANameAndNothingComesFromElsewhere() throws Exception {
        Application application = application();
        kafka.client().produce(application.input(), 50);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            browser.open(sidecar.port());
            awaitTrue(
                    "no epoch was committed",
                    () -> browser.numbers().getOrDefault("spillway_epochs_committed_total", 0.0) > 0);
            awaitUpdates(2);

            JsonNode nameless = browser.ask(
                    "return [...document.querySelectorAll('button, svg[role=img], [role=region], [role=meter], [role=group]')]"
                            + ".filter((e) => !e.getAttribute('aria-label') && !e.textContent.trim()).map((e) => e.outerHTML)");
            assertThat(nameless).isEmpty();
            assertThat(browser.ask("return document.documentElement.lang").asText())
                    .isEqualTo("en");
            assertThat(browser.ask("return [...document.querySelectorAll('main section')].every((s) =>"
                                    + " document.getElementById(s.getAttribute('aria-labelledby')))")
                            .asBoolean())
                    .isTrue();
            JsonNode from = browser.ask("return performance.getEntriesByType('resource').map((e) => e.name)");
            assertThat(StreamSupport.stream(from.spliterator(), false).map(JsonNode::asText))
                    .isNotEmpty()
                    .allMatch(url ->
                            url.startsWith("http://127.0.0.1:" + sidecar.port() + "/") || url.startsWith("data:"));

            browser.ask("document.querySelector('#strip button.COMMITTED').focus();"
                    + " document.activeElement.click(); return true");
            awaitTrue("no ledger", () -> browser.text("ledger").contains("balanced"));
            assertThat(browser.text("ledger")).contains("committed after", application.input() + "-");
            browser.screenshot("page-ledger");
            browser.assertNoComplaints();
        }
    }

    @Test
    void metricsTellWhatKafkasClientsMeasureAndNoLabelHoldsAKeyOrAnOffset() throws Exception {
        Application application = application();
        kafka.client().produce(application.input(), 50);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            awaitTrue(
                    "nothing is committed",
                    () -> metrics(sidecar.port()).getOrDefault("spillway_records_committed_total", 0.0) == 50);

            String scrape = get(sidecar.port(), "/metrics").body();
            assertThat(scrape).contains("\nkafka_consumer_", "\nkafka_producer_", "\njvm_gc_", "\njvm_threads_");
            assertThat(scrape.lines().filter(line -> line.startsWith("spillway_")))
                    .hasSizeBetween(100, 400)
                    .allMatch(line -> line.matches("[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)*})? \\S+"))
                    .noneMatch(line -> line.matches(".*(key|offset|exception)=.*"));
        }
    }

    @Test
    void aRecordThatIsStuckIsNamedWithTheStackOfItsWorker() throws Exception {
        Application application = application()
                .with("processor.hold", "stuck")
                .with("shutdown.timeout.ms", "1000")
                .with("processing.timeout.ms", "60000");
        try (RunningSidecar sidecar = RunningSidecar.start(application.config());
                Load load = new Load(kafka.client().producer(Map.of()), application.input(), 1, "stuck")) {
            browser.open(sidecar.port());
            awaitTrue("nothing is stalled", () -> browser.text("stall").startsWith("STALLED: "));

            HttpResponse<String> stalled = get(sidecar.port(), "/health/stalled");
            JsonNode said = new ObjectMapper().readTree(stalled.body());
            assertThat(stalled.statusCode()).isEqualTo(503);
            assertThat(said.get("holder").asText()).isEqualTo("WORKER");
            assertThat(said.get("record").get("origin").asText()).startsWith(application.input() + "-");
            assertThat(said.get("thread").get("stack").toString()).contains("SlowProcessor.process");
            assertThat(browser.text("stall"))
                    .contains(said.get("record").get("origin").asText());
            assertThat(browser.text("stack")).contains("SlowProcessor.process");
            browser.screenshot("page-stalled");
            load.stop();
        }
    }

    @Test
    void thePageSurvivesARestartOfTheSidecar() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Application application = application().with("admin.listen", "127.0.0.1:" + port);
        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            browser.open(sidecar.port());
            awaitUpdates(3);
        }
        awaitTrue("nobody is missed", () -> browser.text("connection").contains("does not answer"));
        browser.screenshot("page-without-sidecar");
        int before = browser.ask("return samples.length").asInt();

        try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
            assertThat(sidecar.port()).isEqualTo(port);
            awaitTrue("it does not come back", () -> browser.text("connection").isEmpty());
            awaitUpdates(3);
            assertThat(browser.ask("return samples.length").asInt())
                    .as("the past is kept")
                    .isGreaterThan(before);
        }
    }

    @Test
    void noLineIsDrawnThroughATimeOfWhichNothingIsKnown() throws Exception {
        try (RunningSidecar sidecar = RunningSidecar.start(application().config())) {
            browser.open(sidecar.port());
            awaitUpdates(3);
            JsonNode drawn = browser.ask(
                    "samples = [0, 1, 2, 60, 61].map((s) => ({ ...samples[0], limit: 200, ageP50: 0, atMillis: 1e12 + 1000 * s }));"
                            + " drawPlots(); return ['depth', 'age'].map((id) =>"
                            + " document.querySelector('#plot-' + id + ' path').getAttribute('d'))");
            assertThat(drawn.get(0).asText().split("M", -1))
                    .as("two lines, with a gap")
                    .hasSize(3);
            assertThat(drawn.get(1).asText()).as("no age where nothing settled").isEmpty();
        }
    }
}
