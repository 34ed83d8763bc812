package dev.spillway.cli;

import dev.spillway.load.FileRecords;
import dev.spillway.load.JobMix;
import dev.spillway.load.RecordSource;
import dev.spillway.load.SizeChoice;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what the records are. */
final class RecordOptions {
    private static final int USUAL_KEYS = 100;
    private static final int USUAL_BYTES = 100;

    private final Mistakes mistakes;

    @Option(
            names = "--keys",
            paramLabel = "K",
            description = "How many different keys, key-0 to key-<K-1>; 0: no keys. Default: " + USUAL_KEYS + ".")
    private @Nullable Integer keys;

    @Option(
            names = "--zipf",
            paramLabel = "S",
            defaultValue = "0",
            description =
                    "Choose keys by a Zipf distribution with exponent S, e.g. 1.1: a few are hot. Default: all alike.")
    private double zipf;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            converter = SizeText.class,
            description = "Bytes in a value: 100, 100-5000 (any between), exp:300 (exponential with that mean) or"
                    + " 100=90,5000=10 (with weights). Default: " + USUAL_BYTES + ".")
    private @Nullable SizeChoice size;

    @Option(
            names = "--mix",
            paramLabel = "KIND=WEIGHT,...",
            converter = MixOption.Converter.class,
            description =
                    "Values are JSON jobs for the job processor, e.g. cpu=60,io=30,delay=10. Default: plain text.")
    private @Nullable MixOption mix;

    @Option(
            names = "--cpu-iterations",
            paramLabel = "N",
            defaultValue = "100000",
            description = "How much a cpu job computes. Default: ${DEFAULT-VALUE}.")
    private long cpuIterations;

    @Option(
            names = "--delay-millis",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long a delay job waits. Default: ${DEFAULT-VALUE}.")
    private long delayMillis;

    @Option(names = "--io-url", paramLabel = "URL", description = "What an io job calls.")
    private @Nullable URI ioUrl;

    @Option(
            names = "--from-file",
            paramLabel = "FILE",
            description =
                    "Records from a file of JSON lines, again and again: objects with key (or keyBase64), value (any"
                            + " JSON; or valueBase64) and headers (texts), each where the record has it.")
    private @Nullable Path file;

    @Option(
            names = "--poison",
            paramLabel = "PCT",
            defaultValue = "0",
            description = "How many of 100 jobs, or values of a file, are malformed, e.g. 1 or 0.5. Default:"
                    + " ${DEFAULT-VALUE}.")
    private double poison;

    @Option(names = "--header", paramLabel = "NAME=TEXT", description = "A header of all records; can be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another seed, other records. Default: 1.")
    private long seed;

    RecordOptions(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    RecordSource source() {
        mistakes.require(poison >= 0 && poison <= 100, "--poison", poison, "a percentage from 0 to 100");
        return (file == null ? made() : read(file)).withHeaders(headers());
    }

    private Map<String, String> headers() {
        Map<String, String> named = new LinkedHashMap<>();
        for (String header : headers) {
            int equals = header.indexOf('=');
            mistakes.require(equals > 0, "--header", header, "a header with its name: use NAME=TEXT");
            named.put(header.substring(0, equals), header.substring(equals + 1));
        }
        return named;
    }

    private RecordSource read(Path from) {
        refuseWithFile(mix != null, "--mix");
        refuseWithFile(size != null, "--size");
        refuseWithFile(keys != null, "--keys");
        refuseWithFile(zipf != 0, "--zipf");
        return FileRecords.read(from, seed, poison);
    }

    private void refuseWithFile(boolean given, String option) {
        if (given) {
            throw mistakes.misuse(option
                    + " is for records that are made, and with --from-file they are read: leave one of them out");
        }
    }

    private RecordSource made() {
        int count = keys == null ? USUAL_KEYS : keys;
        mistakes.require(count >= 0, "--keys", count, "a number of keys, 0 or more");
        mistakes.require(zipf >= 0 && zipf <= 100, "--zipf", zipf, "an exponent from 0 to 100, e.g. 1.1");
        if (zipf > 0 && count == 0) {
            throw mistakes.misuse("--zipf chooses among keys, and --keys 0 asks for none: leave one of them out");
        }
        if (mix != null) {
            return RecordSource.jobs(seed, count, zipf, jobs(mix));
        }
        if (poison != 0) {
            throw mistakes.misuse(
                    "--poison makes jobs malformed, and plain text has no form: add e.g. --mix cpu=60,delay=40");
        }
        return RecordSource.text(seed, count, zipf, size == null ? SizeChoice.fixed(USUAL_BYTES) : size);
    }

    private JobMix jobs(MixOption kinds) {
        if (size != null) {
            throw mistakes.misuse("--size is for plain text, and with --mix values are jobs: leave one of them out");
        }
        if (kinds.weight(MixOption.Kind.IO) > 0 && ioUrl == null) {
            throw mistakes.misuse("--mix has io jobs, and nobody said what they call: add --io-url, or leave io out");
        }
        mistakes.require(cpuIterations >= 0, "--cpu-iterations", cpuIterations, "a number, 0 or more");
        mistakes.require(delayMillis >= 0, "--delay-millis", delayMillis, "a number of milliseconds, 0 or more");
        return new JobMix(
                kinds.weight(MixOption.Kind.CPU),
                kinds.weight(MixOption.Kind.IO),
                kinds.weight(MixOption.Kind.DELAY),
                cpuIterations,
                delayMillis,
                ioUrl == null ? null : ioUrl.toString(),
                poison);
    }
}
