package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spillway.config.Settings;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.ManualTime;
import dev.spillway.intake.IntakeStatus.PartitionStatus;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LivePageTest {
    private static final SpillwayConfig CONFIG =
            Settings.minimal().with("admin.listen", "").config();

    private final Telemetry telemetry = new Telemetry(CONFIG, new ManualTime());
    private final LivePage page = new LivePage(CONFIG, telemetry);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void of_more_partitions_than_a_page_can_show_those_that_lag_most_are_there_and_the_rest_is_counted() {
        JsonNode state = page.write(Pictures.quiet().partitions(lagging(300)).take());

        assertThat(state.get("partitionsNotShown").asInt()).isEqualTo(44);
        assertThat(state.get("partitions").findValues("partition").stream().map(JsonNode::asInt))
                .containsExactlyElementsOf(IntStream.range(44, 300).boxed().toList());
    }

    @Test
    void partitions_that_fit_on_the_page_are_all_there() {
        JsonNode state = page.write(Pictures.quiet().partitions(lagging(256)).take());

        assertThat(state.get("partitionsNotShown").asInt()).isZero();
        assertThat(state.get("partitions")).hasSize(256);
    }

    @Test
    void each_stage_shows_what_it_gave_up() {
        JsonNode state = page.write(
                Pictures.quiet().stage("check", 3, 2).stage("store", 7, 2).take());

        assertThat(state.get("stages").findValues("name").stream().map(JsonNode::asText))
                .containsExactly("check", "store");
        assertThat(state.at("/stages/1/deadLettered").asLong()).isEqualTo(8);
    }

    @Test
    void an_alarm_names_the_queue_that_it_is_about() {
        assertThat(page.write(Pictures.quiet().take()).get("alarm").isNull()).isTrue();

        assertThat(page.write(Pictures.quiet()
                                .alarmedFor("the queue of the stage store")
                                .take())
                        .get("alarm")
                        .asText())
                .isEqualTo("the queue of the stage store");
    }

    /** The higher its number, the more a partition lags. */
    private static List<PartitionStatus> lagging(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new PartitionStatus("in", i, 0, i))
                .toList();
    }
}
