package dev.spillway.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void the_median_of_an_odd_number_is_the_middle_one() {
        assertThat(new Series(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
    }

    @Test
    void the_median_of_an_even_number_is_the_mean_of_both_in_the_middle() {
        assertThat(new Series(List.of(8.0, 1.0, 4.0, 2.0)).median()).isEqualTo(3);
    }

    @Test
    void an_outlier_moves_the_extremes_and_not_the_median() {
        Series series = new Series(List.of(10.0, 11.0, 1000.0, 12.0, 0.1));
        assertThat(series.median()).isEqualTo(11);
        assertThat(series.min()).isEqualTo(0.1);
        assertThat(series.max()).isEqualTo(1000);
    }

    @Test
    void a_ratio_is_that_of_the_medians() {
        Series series = new Series(List.of(110.0, 90.0, 500.0));
        assertThat(series.ratioTo(new Series(List.of(100.0)))).isCloseTo(1.1, within(1e-9));
    }

    @Test
    void a_series_has_a_value() {
        assertThatThrownBy(() -> new Series(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
