package dev.spillway.load;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Headers that are text. */
final class TextHeader {
    private TextHeader() {}

    static Header of(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    static List<Header> listOf(Map<String, String> headers) {
        return headers.entrySet().stream()
                .map(header -> of(header.getKey(), header.getValue()))
                .toList();
    }
}
