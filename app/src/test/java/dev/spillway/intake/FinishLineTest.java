package dev.spillway.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FinishLineTest {
    private static final TopicPartition P0 = new TopicPartition("in", 0);
    private static final TopicPartition P1 = new TopicPartition("in", 1);

    private final FinishLine line = new FinishLine(Map.of(P0, 3L));

    @Test
    void it_is_reached_at_the_end_offset() {
        assertThat(line.isReached(List.of(P0), partition -> 2)).isFalse();
        assertThat(line.isReached(List.of(P0), partition -> 3)).isTrue();
        assertThat(line.isReached(List.of(P0), partition -> 4)).isTrue();
    }

    @Test
    void every_assigned_partition_has_to_reach_it() {
        FinishLine both = new FinishLine(Map.of(P0, 3L, P1, 1L));

        assertThat(both.isReached(List.of(P0, P1), partition -> partition.equals(P0) ? 3 : 0))
                .isFalse();
        assertThat(both.isReached(List.of(P0), partition -> 3)).isTrue();
    }

    @Test
    void a_partition_that_was_created_later_has_nothing_to_reach() {
        assertThat(line.isReached(List.of(P0, P1), partition -> partition.equals(P0) ? 3 : 0))
                .isTrue();
    }

    @Test
    void a_position_that_is_not_known_yet_is_not_beyond_anything() {
        assertThat(line.isReached(List.of(P1), partition -> -1)).isFalse();
    }
}
