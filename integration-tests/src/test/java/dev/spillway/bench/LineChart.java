package dev.spillway.bench;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A line for each series, over its index; the values on a logarithmic scale, so that a tenth of a second and a minute both show. */
final class LineChart {
    private static final int WIDTH = 900;
    private static final int LEFT = 70;
    private static final int TOP = 40;
    private static final int PLOT_WIDTH = 560;
    private static final int PLOT_HEIGHT = 360;
    private static final int BOTTOM = TOP + PLOT_HEIGHT;
    private static final int LEGEND_ROW = 18;

    private final Map<String, List<Double>> series;
    private final int lowest;
    private final int highest;
    private final int steps;

    private LineChart(Map<String, List<Double>> series) {
        this.series = series;
        this.lowest = (int) Math.floor(Math.log10(extreme(series, false)));
        this.highest = Math.max(lowest + 1, (int) Math.ceil(Math.log10(extreme(series, true))));
        this.steps =
                Math.max(1, series.values().stream().mapToInt(List::size).max().orElse(1) - 1);
    }

    /**
     * The chart.
     *
     * @param across what the index of a value is
     * @param series by name; what is not positive, or not a number, is left out
     */
    static String of(String title, String across, Map<String, List<Double>> series) {
        return new LineChart(series).draw(title, across);
    }

    private String draw(String title, String across) {
        Svg svg = new Svg(WIDTH, Math.max(BOTTOM + 50, TOP + series.size() * LEGEND_ROW + 20));
        svg.text(10, 20, "start", title);
        for (int power = lowest; power <= highest; power++) {
            double y = y(Math.pow(10, power));
            svg.line(LEFT, y, LEFT + PLOT_WIDTH, y, "#dddddd");
            svg.text(
                    LEFT - 8,
                    y + 4,
                    "end",
                    BigDecimal.ONE.scaleByPowerOfTen(power).toPlainString());
        }
        svg.text(LEFT, BOTTOM + 20, "middle", "0");
        svg.text(LEFT + PLOT_WIDTH, BOTTOM + 20, "middle", Integer.toString(steps));
        svg.text(LEFT + PLOT_WIDTH / 2.0, BOTTOM + 20, "middle", across);
        int index = 0;
        for (Map.Entry<String, List<Double>> one : series.entrySet()) {
            svg.polyline(points(one.getValue()), Svg.colour(index));
            double y = TOP + index * LEGEND_ROW;
            svg.rectangle(LEFT + PLOT_WIDTH + 15, y, 12, 12, Svg.colour(index));
            svg.text(LEFT + PLOT_WIDTH + 33, y + 11, "start", one.getKey());
            index++;
        }
        return svg.document();
    }

    private String points(List<Double> values) {
        return IntStream.range(0, values.size())
                .filter(i -> values.get(i) > 0)
                .mapToObj(i -> String.format(
                        Locale.ROOT, "%.1f,%.1f", LEFT + (double) PLOT_WIDTH * i / steps, y(values.get(i))))
                .collect(Collectors.joining(" "));
    }

    private double y(double value) {
        return BOTTOM - PLOT_HEIGHT * (Math.log10(value) - lowest) / (highest - lowest);
    }

    private static double extreme(Map<String, List<Double>> series, boolean most) {
        var positive = series.values().stream()
                .flatMap(List::stream)
                .filter(value -> value > 0)
                .mapToDouble(value -> value);
        return (most ? positive.max() : positive.min()).orElse(1);
    }
}
