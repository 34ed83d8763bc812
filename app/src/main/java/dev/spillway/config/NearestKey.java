package dev.spillway.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds the key that somebody most likely meant, by edit distance (Levenshtein 1966, in two rows). */
final class NearestKey {
    private NearestKey() {}

    static String of(String typed, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(key -> distance(typed, key)))
                .orElseThrow();
    }

    /** Whether a key is most likely the other one, mistyped: at least two thirds of it are right. */
    static boolean isNear(String typed, String key) {
        return 3 * distance(typed, key) <= Math.max(typed.length(), key.length());
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
