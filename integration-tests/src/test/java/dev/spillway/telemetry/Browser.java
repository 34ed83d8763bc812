package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium, found on the path. Where there is none the test is skipped, with a sentence. For one thread. */
final class Browser implements AutoCloseable {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser start() {
        Optional<File> browser = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<File> chromedriver = onPath("chromedriver");
        Assumptions.assumeTrue(
                browser.isPresent() && chromedriver.isPresent(),
                "SKIPPED: no browser here, so nobody has looked at the live page; chromium and chromedriver have to be on the"
                        + " PATH (Debian: apt-get install chromium chromium-driver)");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.orElseThrow());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--window-size=1280,1600");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        return new Browser(new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver.orElseThrow())
                        .build(),
                options));
    }

    private static Optional<File> onPath(String... names) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> Arrays.stream(names).map(name -> new File(directory, name)))
                .filter(File::canExecute)
                .findFirst();
    }

    void open(int port) {
        driver.get("http://127.0.0.1:" + port + "/");
    }

    /** What a script returns, as JSON. */
    JsonNode ask(String script) {
        try {
            return JSON.readTree(
                    String.valueOf(driver.executeScript("return JSON.stringify((() => { " + script + " })())")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The text of an element. */
    String text(String id) {
        return ask("return document.getElementById('" + id + "').textContent").asText();
    }

    /** How often the page has been told the present state. */
    long updates() {
        return ask("return Number(document.body.dataset.updates || 0)").asLong();
    }

    /** The numbers on the page by the names of their metrics, all of one update. */
    Map<String, Double> numbers() {
        JsonNode node = ask("const all = {}; for (const e of document.querySelectorAll('[data-metric]'))"
                + " all[e.dataset.metric] = Number(e.dataset.value); return all");
        Map<String, Double> numbers = new TreeMap<>();
        node.properties()
                .forEach(field -> numbers.put(field.getKey(), field.getValue().asDouble()));
        return numbers;
    }

    void dark(boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    void size(int width, int height, boolean phone) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
    }

    /** Leaves a picture of what is seen in {@code target/screenshots}. */
    void screenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    /** What the page complained of, but for a server that did not answer. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> !message.contains("ERR_CONNECTION_REFUSED")
                        && !message.contains("ERR_INCOMPLETE_CHUNKED_ENCODING")
                        && !message.contains("ERR_EMPTY_RESPONSE")
                        && !message.contains("ERR_CONNECTION_RESET"))
                .toList();
    }

    void assertNoComplaints() {
        assertThat(complaints()).isEmpty();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
