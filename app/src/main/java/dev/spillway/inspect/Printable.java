package dev.spillway.inspect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Makes what came from somewhere else harmless on a terminal. Records can hold anything: sequences that move the cursor, that
 * answer in the reader's name, or that reverse the direction of the text around them.
 */
public final class Printable {
    private Printable() {}

    /** Text in which everything invisible is written as an escape, and a backslash as two: no two texts look the same. */
    public static String text(String text) {
        return escape(text, true);
    }

    /** A message of ours that quotes others: as {@link #text(String)}, but a backslash stays one. */
    public static String line(String text) {
        return escape(text, false);
    }

    /** Bytes as escaped text where they are UTF-8, else as {@code 0x} and hexadecimal digits. */
    public static String bytes(byte[] bytes) {
        try {
            return text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
    }

    /** The first bytes in the same form; a character that the cut divides does not make them hexadecimal. */
    static String beginning(byte[] bytes, int length) {
        int end = length;
        while (end > length - 4 && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return bytes(Arrays.copyOf(bytes, end));
    }

    private static String escape(String text, boolean backslash) {
        if (text.codePoints().noneMatch(c -> isHidden(c) || (backslash && c == '\\'))) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> append(escaped, c, backslash));
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, int c, boolean backslash) {
        if (c == '\\' && backslash) {
            escaped.append("\\\\");
        } else if (!isHidden(c)) {
            escaped.appendCodePoint(c);
        } else if (c == '\n') {
            escaped.append("\\n");
        } else if (c == '\r') {
            escaped.append("\\r");
        } else if (c == '\t') {
            escaped.append("\\t");
        } else {
            escaped.append(String.format("\\u{%x}", c));
        }
    }

    /** C0 and C1 controls, DEL, bidirectional and other format characters, line separators, halves of pairs, and nothing yet. */
    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
