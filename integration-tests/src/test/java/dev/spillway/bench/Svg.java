package dev.spillway.bench;

import java.util.Locale;

/** Writes the few elements that charts consist of. For one thread. */
final class Svg {
    /** Told apart also by those who do not see all colours (Okabe and Ito). */
    private static final String[] COLOURS = {
        "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c6d31", "#666666", "#b8a900", "#000000",
        "#7a3cff", "#a00038", "#00b7a8", "#b0b0b0"
    };

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;

    Svg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    static String colour(int index) {
        return COLOURS[index % COLOURS.length];
    }

    void rectangle(double x, double y, double w, double h, String colour) {
        element("<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>", x, y, w, h, colour);
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
        element("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s'/>", x1, y1, x2, y2, colour);
    }

    /**
     * A line through points.
     *
     * @param points as in {@code "1,2 3,4"}
     */
    void polyline(String points, String colour) {
        element("<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>", points, colour);
    }

    /**
     * A text.
     *
     * @param anchor what of it is at x: {@code start}, {@code middle} or {@code end}
     */
    void text(double x, double y, String anchor, String text) {
        element(
                "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>",
                x, y, anchor, text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    /** The whole document. */
    String document() {
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d'"
                                + " font-family='sans-serif' font-size='12'>%n",
                        width,
                        height,
                        width,
                        height)
                + "<rect width='100%' height='100%' fill='white'/>\n" + body + "</svg>\n";
    }

    private void element(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
