package dev.spillway.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants put back, and where.
 *
 * @param source the drop or dead letter topic
 * @param inputs the topics that records may have come from, and go back to
 * @param selection what of the source; its window counts for a first run, a repetition has that of the first
 * @param target where all of it goes, or null for each record's own input topic
 * @param perSecond how many records a second at most, or 0 for as many as there can be
 * @param asTyped the options that make the selection, as they were typed
 */
public record ReplayOptions(
        String source,
        Set<String> inputs,
        Selection selection,
        @Nullable String target,
        double perSecond,
        List<String> asTyped) {
    private static final int BYTES = 8;

    public ReplayOptions {
        inputs = Set.copyOf(inputs);
        asTyped = List.copyOf(asTyped);
    }

    /** The same for the same options; for different ones it is different. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String option : asTyped) {
                digest.update(option.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has it", e);
        }
    }
}
