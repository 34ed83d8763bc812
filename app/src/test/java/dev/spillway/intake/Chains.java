package dev.spillway.intake;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Time;
import dev.spillway.processor.CpuPool;
import dev.spillway.processor.Processor;
import dev.spillway.processor.StageChain;
import dev.spillway.processor.Work;
import dev.spillway.sink.SpoiledOrigins;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Chains of stages for tests. */
final class Chains {
    private Chains() {}

    /** The stages of a configuration, with these processors in them. */
    static StageChain of(SpillwayConfig config, Time time, Processor... processors) {
        List<Work> works = Stream.of(processors).map(Work::of).toList();
        return StageChain.of(
                config.stages(),
                works,
                config.ordering(),
                new CpuPool(1), // without a thread until somebody computes
                new SpoiledOrigins(),
                time,
                new Random(1));
    }
}
