package dev.spillway.bench;

import java.util.ArrayList;
import java.util.List;

/** A bar for each row that has a figure, as long as its median, with a line from the least to the most; grouped by case. */
final class BarChart {
    private static final int WIDTH = 900;
    private static final int LABELS = 240;
    private static final int VALUES = 90;
    private static final int ROW = 20;
    private static final int GAP = 30;
    private static final int TOP = 40;

    private final Metric metric;
    private final List<Row> rows;
    private final List<String> arms = new ArrayList<>();
    private final double scale;

    private BarChart(Results results, Metric metric) {
        this.metric = metric;
        this.rows = results.rows().stream()
                .filter(row -> row.series(metric).isPresent())
                .toList();
        rows.stream().map(Row::arm).distinct().forEach(arms::add);
        double most = rows.stream()
                .flatMap(row -> row.series(metric).stream())
                .mapToDouble(Series::max)
                .max()
                .orElse(1);
        this.scale = (WIDTH - LABELS - VALUES) / (most > 0 ? most : 1);
    }

    static String of(Results results, Metric metric) {
        return new BarChart(results, metric).draw(results.name());
    }

    private String draw(String benchmark) {
        List<String> cases = rows.stream().map(Row::situation).distinct().toList();
        Svg svg = new Svg(WIDTH, TOP + rows.size() * ROW + cases.size() * GAP);
        svg.text(10, 20, "start", benchmark + ": " + metric.name());
        double y = TOP;
        String situation = "";
        for (Row row : rows) {
            if (!row.situation().equals(situation)) {
                situation = row.situation();
                y += GAP;
                svg.text(10, y - 8, "start", situation);
            }
            bar(svg, row, y);
            y += ROW;
        }
        return svg.document();
    }

    private void bar(Svg svg, Row row, double y) {
        Series series = row.series(metric).orElseThrow();
        double middle = y + ROW / 2.0 - 2;
        svg.text(LABELS - 8, y + 12, "end", row.arm());
        svg.rectangle(LABELS, y, series.median() * scale, ROW - 4, Svg.colour(arms.indexOf(row.arm())));
        svg.line(LABELS + series.min() * scale, middle, LABELS + series.max() * scale, middle, "#222222");
        svg.text(LABELS + series.max() * scale + 6, y + 12, "start", Figures.text(metric, series.median()));
    }
}
