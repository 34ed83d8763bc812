package dev.spillway.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecordSourceTest {
    private static final int MANY = 20_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void the_same_seed_gives_the_same_records() {
        RecordSource one = RecordSource.text(42, 50, 1.1, 100);
        RecordSource same = RecordSource.text(42, 50, 1.1, 100);
        for (long record : new long[] {0, 1, 99, 1_000_000_000_000L}) {
            assertThat(one.key(record)).isEqualTo(same.key(record));
            assertThat(one.value(record)).isEqualTo(same.value(record));
        }
    }

    @Test
    void records_stay_what_they_were_in_the_version_before() {
        RecordSource source = RecordSource.text(1, 1000, 1.1, 12);
        assertThat(LongStream.range(0, 4).mapToObj(record -> key(source, record) + " " + text(source, record)))
                .containsExactly(GOLDEN);
    }

    @Test
    void another_seed_gives_other_records() {
        RecordSource one = RecordSource.text(1, 1000, 0, 100);
        RecordSource other = RecordSource.text(2, 1000, 0, 100);
        assertThat(one.value(0)).isNotEqualTo(other.value(0));
        assertThat(LongStream.range(0, 100)
                        .filter(r -> key(one, r).equals(key(other, r)))
                        .count())
                .isLessThan(10);
    }

    @Test
    void another_distribution_of_keys_leaves_the_values_alone() {
        assertThat(RecordSource.text(1, 1000, 0, 100).value(7))
                .isEqualTo(RecordSource.text(1, 5, 2, 100).value(7));
    }

    @Test
    void values_are_text_of_the_size_asked_for() {
        for (int size : new int[] {0, 1, 100, 200_000}) {
            byte[] value = value(RecordSource.text(1, 1, 0, size), 3);
            assertThat(value).hasSize(size);
            assertThat(new String(value, UTF_8)).matches("[a-z0-9 ]*");
        }
    }

    @Test
    void sizes_between_two_come_about_equally_often_both_included() {
        int[] counts = sizes(SizeChoice.between(3, 7), 8);
        assertThat(Arrays.copyOf(counts, 3)).containsOnly(0);
        assertThat(Arrays.stream(counts, 3, 8))
                .allSatisfy(count -> assertThat(count).isBetween(3700, 4300));
    }

    @Test
    void exponential_sizes_have_their_mean_and_a_long_tail() {
        RecordSource source = RecordSource.text(1, 1, 0, SizeChoice.exponential(100));
        IntSummaryStatistics sizes = LongStream.range(0, MANY)
                .mapToInt(record -> value(source, record).length)
                .summaryStatistics();
        assertThat(sizes.getAverage()).isCloseTo(100, within(3.0));
        assertThat(sizes.getMax()).isBetween(700, 2000);
        assertThat(sizes.getMin()).isZero();
    }

    @Test
    void weighted_sizes_come_as_often_as_their_weights_say() {
        int[] counts = sizes(SizeChoice.weighted(Map.of(2, 90, 5, 9, 9, 1, 7, 0)), 10);
        assertThat(counts[2]).isBetween(17_700, 18_300);
        assertThat(counts[5]).isBetween(1_600, 2_000);
        assertThat(counts[9]).isBetween(140, 260);
        assertThat(counts[7]).isZero();
    }

    private static int[] sizes(SizeChoice sizes, int below) {
        RecordSource source = RecordSource.text(1, 1, 0, sizes);
        int[] counts = new int[below];
        for (long record = 0; record < MANY; record++) {
            counts[value(source, record).length]++;
        }
        return counts;
    }

    @Test
    void without_keys_the_key_is_null() {
        assertThat(RecordSource.text(1, 0, 0, 1).key(0)).isNull();
    }

    @Test
    void even_keys_come_about_equally_often() {
        Map<String, Integer> counts = counts(RecordSource.text(1, 10, 0, 1));
        assertThat(counts).hasSize(10);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(1800, 2200));
    }

    @Test
    void zipf_keys_come_as_often_as_the_exponent_says() {
        for (double exponent : new double[] {0.5, 1, 1.1, 2}) {
            Map<String, Integer> counts = counts(RecordSource.text(1, 100, exponent, 1));
            double all = IntStream.rangeClosed(1, 100)
                    .mapToDouble(rank -> Math.pow(rank, -exponent))
                    .sum();
            for (int rank = 1; rank <= 3; rank++) {
                double expected = MANY * Math.pow(rank, -exponent) / all;
                assertThat((double) counts.getOrDefault("key-" + (rank - 1), 0))
                        .as("exponent %s, rank %s", exponent, rank)
                        .isCloseTo(expected, within(4 * Math.sqrt(expected)));
            }
        }
    }

    @Test
    void zipf_takes_millions_of_keys_without_a_table() {
        RecordSource source = RecordSource.text(1, Integer.MAX_VALUE, 1.1, 1);
        assertThat(key(source, 0)).startsWith("key-");
        assertThat(key(RecordSource.text(1, 1, 1.1, 1), 0)).isEqualTo("key-0");
    }

    @Test
    void jobs_come_by_weight_and_carry_the_record_number() throws Exception {
        RecordSource source = RecordSource.jobs(1, 10, 0, new JobMix(60, 30, 10, 5, 7, "http://h/\"x\"", 0));
        Map<String, Integer> types = new TreeMap<>();
        for (long record = 0; record < MANY; record++) {
            JsonNode job = JSON.readTree(value(source, record));
            assertThat(job.get("id").asText()).isEqualTo(Long.toString(record));
            types.merge(job.get("type").asText(), 1, Integer::sum);
        }
        assertThat(types.get("cpu")).isBetween(11_600, 12_400);
        assertThat(types.get("io")).isBetween(5_700, 6_300);
        assertThat(types.get("delay")).isBetween(1_800, 2_200);
    }

    @Test
    void each_kind_of_job_has_its_parameter() throws Exception {
        assertThat(job(new JobMix(1, 0, 0, 5, 7, null, 0)).get("iterations").asInt())
                .isEqualTo(5);
        assertThat(job(new JobMix(0, 0, 1, 5, 7, null, 0)).get("millis").asInt())
                .isEqualTo(7);
        assertThat(job(new JobMix(0, 1, 0, 5, 7, "http://h/\"x\"", 0))
                        .get("url")
                        .asText())
                .isEqualTo("http://h/\"x\"");
    }

    @Test
    void poison_makes_the_asked_share_of_the_jobs_malformed() {
        RecordSource source = RecordSource.jobs(1, 10, 0, new JobMix(1, 0, 0, 5, 7, null, 5));
        long malformed = LongStream.range(0, MANY)
                .filter(record ->
                        !text(source, record).equals("{\"id\":\"" + record + "\",\"type\":\"cpu\",\"iterations\":5}"))
                .count();
        assertThat(malformed).isBetween(900L, 1100L);
    }

    private static final String[] GOLDEN = {
        "key-79 d yrt38mpglp", "key-679 z6 zcvbjyvi ", "key-12 c  waf 4moq1", "key-0  45b0zp2fr w"
    };

    private static JsonNode job(JobMix mix) throws Exception {
        return JSON.readTree(value(RecordSource.jobs(1, 1, 0, mix), 0));
    }

    private static Map<String, Integer> counts(RecordSource source) {
        Map<String, Integer> counts = new TreeMap<>();
        for (long record = 0; record < MANY; record++) {
            counts.merge(key(source, record), 1, Integer::sum);
        }
        return counts;
    }

    private static String key(RecordSource source, long record) {
        return new String(Objects.requireNonNull(source.key(record)), UTF_8);
    }

    private static String text(RecordSource source, long record) {
        return new String(value(source, record), UTF_8);
    }

    private static byte[] value(RecordSource source, long record) {
        return Objects.requireNonNull(source.value(record));
    }
}
