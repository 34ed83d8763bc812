package dev.spillway.inspect;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Short printable names for what is in records, so that neither a terminal nor the memory suffers from a key of a megabyte. */
public final class Label {
    private static final int LONGEST = 64;
    private static final int SHOWN = 40;

    private Label() {}

    /** A key's. */
    public static String key(byte @Nullable [] key) {
        return key == null ? "(no key)" : key.length == 0 ? "(empty key)" : bytes(key);
    }

    /** A text's. */
    public static String text(String text) {
        return text.length() <= LONGEST ? Printable.text(text) : bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Long ones keep their beginning, and their checksum tells them apart. */
    private static String bytes(byte[] bytes) {
        String all = bytes.length <= 4 * LONGEST ? Printable.bytes(bytes) : Printable.beginning(bytes, SHOWN);
        if (bytes.length <= 4 * LONGEST && all.length() <= LONGEST) {
            return all;
        }
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        int end = all.offsetByCodePoints(0, Math.min(SHOWN, all.codePointCount(0, all.length())));
        return all.substring(0, end) + "...(" + bytes.length + " bytes, " + Long.toHexString(checksum.getValue()) + ")";
    }
}
