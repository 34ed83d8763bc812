package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpaceSavingTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void counts_are_exact_while_there_are_counters_left() {
        SpaceSaving sketch = new SpaceSaving(3);
        for (String name : new String[] {"a", "b", "a", "c", "a", "b"}) {
            sketch.add(name, NOON, 1);
        }
        assertThat(sketch.error()).isZero();
        assertThat(sketch.rows()).extracting(GroupTable.Row::group).containsExactly("a", "b", "c");
        assertThat(sketch.rows()).extracting(GroupTable.Row::count).containsExactly(3L, 2L, 1L);
    }

    @Test
    void its_bounds_hold_for_any_sequence() {
        for (int seed = 0; seed < 50; seed++) {
            boundsHold(new Random(seed), 1 + seed % 20, 1);
        }
    }

    @Test
    void its_bounds_hold_for_names_that_come_many_times_at_once() {
        for (int seed = 0; seed < 50; seed++) {
            boundsHold(new Random(seed), 1 + seed % 20, 500);
        }
    }

    private static void boundsHold(Random random, int counters, int mostAtOnce) {
        SpaceSaving sketch = new SpaceSaving(counters);
        Map<String, Long> model = new HashMap<>();
        long total = 0;
        for (int i = 0; i < 3000; i++) {
            String name = "k" + (int) (60 * random.nextDouble() * random.nextDouble() * random.nextDouble());
            long times = 1L + random.nextInt(mostAtOnce);
            total += times;
            sketch.add(name, NOON, times);
            model.merge(name, times, Long::sum);
        }
        long most = total / counters;
        Map<String, Long> found = new HashMap<>();
        for (GroupTable.Row row : sketch.rows()) {
            long truth = model.getOrDefault(row.group(), 0L);
            assertThat(row.count()).isBetween(truth, truth + row.error());
            assertThat(row.error()).isLessThanOrEqualTo(most);
            found.put(row.group(), row.count());
        }
        assertThat(found.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(total);
        model.forEach((name, count) -> {
            if (count > most) {
                assertThat(found).containsKey(name);
            }
        });
        assertThat(sketch.held()).isLessThanOrEqualTo(counters);
    }
}
