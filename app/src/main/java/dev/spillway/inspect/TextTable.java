package dev.spillway.inspect;

import java.util.ArrayList;
import java.util.List;

/** A table for a terminal: the first column to the left, numbers to the right, as narrow as its content. */
final class TextTable {
    private static final String GAP = "  ";

    private final boolean[] left;
    private final List<String[]> rows = new ArrayList<>();

    /** @param layout one character for each column: l for left, r for right */
    TextTable(String layout) {
        this.left = new boolean[layout.length()];
        for (int i = 0; i < left.length; i++) {
            left[i] = layout.charAt(i) == 'l';
        }
    }

    void row(String... cells) {
        rows.add(cells.clone());
    }

    /** The lines, each with an end. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String padding = " ".repeat(width(i) - length(row[i]));
                line.append(i == 0 ? "" : GAP).append(left[i] ? row[i] + padding : padding + row[i]);
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream()
                .filter(row -> column < row.length)
                .mapToInt(row -> length(row[column]))
                .max()
                .orElse(0);
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
