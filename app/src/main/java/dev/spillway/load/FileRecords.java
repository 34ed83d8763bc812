package dev.spillway.load;

import dev.spillway.config.InvalidConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Records from a file with a JSON object in each line, from the first again when it has been used up. Immutable. */
public final class FileRecords extends RecordSource {
    /** The records are kept in memory, since a load goes through them again and again. */
    private static final long MOST_BYTES = 256L * 1024 * 1024;

    private final List<LineRecord> records;
    private final SeededDraws draws;
    private final double poisonPercent;

    private FileRecords(List<LineRecord> records, long seed, double poisonPercent) {
        this.records = records;
        this.draws = new SeededDraws(seed);
        this.poisonPercent = poisonPercent;
    }

    /**
     * Reads a file in UTF-8. Empty lines are left out.
     *
     * @param seed chooses the values that are made malformed
     * @param poisonPercent how many of 100 values are made malformed, 0 to 100
     * @throws InvalidConfigException when it cannot be read, holds no record, or a line is not one; says which
     */
    public static FileRecords read(Path file, long seed, double poisonPercent) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new InvalidConfigException(
                        "the file " + file + " has more than 256 MiB, which are kept in memory: use"
                                + " a part of it, whose records are sent again and again");
            }
            return new FileRecords(records(file), seed, poisonPercent);
        } catch (NoSuchFileException e) {
            throw new InvalidConfigException("the file " + file + " does not exist: check the path");
        } catch (IOException e) {
            throw new InvalidConfigException(
                    "the file " + file + " cannot be read as text in UTF-8: " + e.getMessage());
        }
    }

    private static List<LineRecord> records(Path file) throws IOException {
        List<LineRecord> records = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    records.add(record(file, number, line));
                }
            }
        }
        if (records.isEmpty()) {
            throw new InvalidConfigException(
                    "the file " + file + " holds no record: give it a line for each, such as " + LineRecord.EXAMPLE);
        }
        return List.copyOf(records);
    }

    private static LineRecord record(Path file, int number, String line) {
        try {
            return LineRecord.parse(line);
        } catch (IOException e) {
            throw new InvalidConfigException("line " + number + " of " + file + " is no record: " + e.getMessage());
        }
    }

    @Override
    byte @Nullable [] key(long record) {
        return line(record).key();
    }

    @Override
    byte @Nullable [] value(long record) {
        byte[] value = line(record).value();
        return value != null && draws.unit(record, 1) * 100 < poisonPercent
                ? Poison.of(value, draws.below(Poison.KINDS, record, 2))
                : value;
    }

    @Override
    List<Header> headers(long record) {
        return line(record).headers();
    }

    private LineRecord line(long record) {
        return records.get((int) (record % records.size()));
    }
}
