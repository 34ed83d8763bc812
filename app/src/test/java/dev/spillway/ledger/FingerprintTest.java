package dev.spillway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static final long SEED = Fingerprint.seed(new PartitionId("orders", 3));

    @Test
    void it_mixes_as_split_mix_does() {
        // the first outputs of SplitMix64 from seed 0, as published with its reference implementation
        assertThat(Fingerprint.of(0, 1)).isEqualTo(0xe220a8397b1dcdafL);
        assertThat(Fingerprint.of(0, 2)).isEqualTo(0x6e789e6aa1b965f4L);
        assertThat(Fingerprint.of(0, 3)).isEqualTo(0x06c45d188009454fL);
    }

    @Test
    void partitions_of_a_topic_differ() {
        Set<Long> seeds = new HashSet<>();
        for (int number = 0; number < 1000; number++) {
            seeds.add(Fingerprint.seed(new PartitionId("orders", number)));
        }

        assertThat(seeds).hasSize(1000);
    }

    @Test
    void topics_differ() {
        Set<Long> seeds = new HashSet<>();
        for (String topic : List.of("a", "b", "ab", "ba", "aa", "", "orders", "order", "Orders")) {
            seeds.add(Fingerprint.seed(new PartitionId(topic, 0)));
        }

        assertThat(seeds).hasSize(9);
    }

    @Test
    void records_of_a_partition_differ() {
        assertThat(LongStream.range(0, 100_000)
                        .map(offset -> Fingerprint.of(SEED, offset))
                        .distinct())
                .hasSize(100_000);
    }

    @Test
    void the_same_offsets_in_two_partitions_do_not_cancel_out() {
        long other = Fingerprint.seed(new PartitionId("orders", 4));

        assertThat(Fingerprint.of(SEED, 1) + Fingerprint.of(other, 2))
                .isNotEqualTo(Fingerprint.of(SEED, 2) + Fingerprint.of(other, 1));
    }

    @Test
    void the_order_does_not_matter() {
        long forth = LongStream.range(0, 100)
                .map(offset -> Fingerprint.of(SEED, offset))
                .sum();
        long back = LongStream.range(0, 100)
                .map(offset -> Fingerprint.of(SEED, 99 - offset))
                .sum();

        assertThat(forth).isEqualTo(back);
    }

    @Test
    void losing_one_record_and_counting_another_twice_shows_for_every_pair() {
        Set<Long> differences = new HashSet<>();
        for (int lost = 0; lost < 300; lost++) {
            for (int twice = 0; twice < 300; twice++) {
                if (lost != twice) {
                    differences.add(Fingerprint.of(SEED, twice) - Fingerprint.of(SEED, lost));
                }
            }
        }

        assertThat(differences).doesNotContain(0L).hasSize(300 * 299);
    }

    @Test
    void moving_two_records_towards_each_other_shows() {
        // a sum of plain offsets would not see it
        var random = new Random(42);
        for (int i = 0; i < 10_000; i++) {
            long a = random.nextInt(1_000_000);
            long b = a + 2 + random.nextInt(1000);

            assertThat(Fingerprint.of(SEED, a) + Fingerprint.of(SEED, b))
                    .isNotEqualTo(Fingerprint.of(SEED, a + 1) + Fingerprint.of(SEED, b - 1));
        }
    }
}
