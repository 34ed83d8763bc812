package dev.spillway.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The topics of the application.
 *
 * @param inputs to read from
 * @param output for results
 * @param drop for tombstones
 * @param deadLetter for dead letters
 * @param processed for markers of what was processed without a result; null for none
 * @param create whether missing ones to write to are created
 */
public record TopicsConfig(
        List<String> inputs,
        String output,
        String drop,
        String deadLetter,
        @Nullable String processed,
        boolean create) {
    public TopicsConfig {
        inputs = List.copyOf(inputs);
    }

    /** The topics to write to. */
    public List<String> outputs() {
        List<String> outputs = new ArrayList<>(List.of(output, drop, deadLetter));
        if (processed != null) {
            outputs.add(processed);
        }
        return outputs;
    }

    void requireDistinct() {
        requireNoInput(ConfigKeys.OUTPUT_TOPIC, output, "what it writes it would read again");
        requireNoInput(ConfigKeys.DROP_TOPIC, drop, "every tombstone would be read as a record");
        requireNoInput(ConfigKeys.DEAD_LETTER_TOPIC, deadLetter, "every dead letter would fail again");
        requireDifferent(ConfigKeys.DROP_TOPIC, drop, ConfigKeys.OUTPUT_TOPIC, output);
        requireDifferent(ConfigKeys.DEAD_LETTER_TOPIC, deadLetter, ConfigKeys.OUTPUT_TOPIC, output);
        requireDifferent(ConfigKeys.DEAD_LETTER_TOPIC, deadLetter, ConfigKeys.DROP_TOPIC, drop);
        if (processed != null) {
            requireNoInput(ConfigKeys.PROCESSED_TOPIC, processed, "every marker would be read as a record");
            requireDifferent(ConfigKeys.PROCESSED_TOPIC, processed, ConfigKeys.OUTPUT_TOPIC, output);
            requireDifferent(ConfigKeys.PROCESSED_TOPIC, processed, ConfigKeys.DROP_TOPIC, drop);
            requireDifferent(ConfigKeys.PROCESSED_TOPIC, processed, ConfigKeys.DEAD_LETTER_TOPIC, deadLetter);
        }
    }

    private void requireNoInput(String key, String topic, String why) {
        if (inputs.contains(topic)) {
            throw new InvalidConfigException(
                    key + "=" + topic + " is also one of input.topics, and " + why + ": choose another topic");
        }
    }

    private static void requireDifferent(String key, String topic, String otherKey, String other) {
        if (topic.equals(other)) {
            throw new InvalidConfigException(key + " and " + otherKey + " are both " + topic
                    + ", and nobody could tell their records apart: choose another topic for one of them");
        }
    }
}
