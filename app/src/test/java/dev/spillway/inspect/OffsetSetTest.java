package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OffsetSetTest {
    private final OffsetSet set = new OffsetSet();

    @Test
    void an_offset_is_added_once() {
        assertThat(set.add(5)).isTrue();
        assertThat(set.add(5)).isFalse();
        assertThat(set.contains(5)).isTrue();
        assertThat(set.contains(4)).isFalse();
        assertThat(set.size()).isEqualTo(1);
    }

    @Test
    void it_agrees_with_a_plain_set() {
        Random random = new Random(1);
        Set<Long> model = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            long offset = random.nextInt(20_000) + (random.nextBoolean() ? 0 : 1L << 40);
            assertThat(set.add(offset)).isEqualTo(model.add(offset));
        }
        assertThat(set.size()).isEqualTo(model.size());
        List<Long> seen = new ArrayList<>();
        set.forEachWhile(seen::add);
        assertThat(seen).isEqualTo(List.copyOf(new TreeSet<>(model)));
    }

    @Test
    void the_difference_of_two_sets_is_shown_in_order() {
        OffsetSet other = new OffsetSet();
        for (long offset = 0; offset < 10_000; offset++) {
            set.add(offset);
            if (offset != 17 && offset != 5000 && offset < 9998) {
                other.add(offset);
            }
        }
        List<Long> missing = new ArrayList<>();
        set.forEachNotIn(other, missing::add);
        assertThat(missing).containsExactly(17L, 5000L, 9998L, 9999L);
        missing.clear();
        set.forEachNotIn(other, offset -> missing.add(offset) && missing.size() < 2);
        assertThat(missing).containsExactly(17L, 5000L);
    }

    @Test
    void the_largest_offsets_fit() {
        assertThat(set.add(Long.MAX_VALUE)).isTrue();
        assertThat(set.contains(Long.MAX_VALUE)).isTrue();
        assertThat(set.contains(Long.MAX_VALUE - 1)).isFalse();
    }

    @Test
    void memory_stays_bounded_ten_million_offsets_in_order_hold_one_chunk_at_a_time() {
        for (long offset = 0; offset < 10_000_000; offset++) {
            set.add(offset);
            if (offset % 1_000_000 == 0) {
                assertThat(set.chunksHeld()).isLessThanOrEqualTo(1);
            }
        }
        assertThat(set.size()).isEqualTo(10_000_000);
        assertThat(set.add(123)).isFalse();
    }

    @Test
    void memory_stays_bounded_half_of_a_million_offsets_hold_a_bit_for_each() {
        for (long offset = 0; offset < 1_000_000; offset += 2) {
            set.add(offset);
        }
        assertThat(set.chunksHeld()).isEqualTo(245); // of 512 bytes each
    }
}
