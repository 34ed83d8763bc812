package dev.spillway.processor;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.StageConfig;
import dev.spillway.flow.Time;
import java.util.ArrayList;
import java.util.List;

/** The work of all stages, in their order; closed together, the last one first. */
public final class Works implements AutoCloseable {
    private final List<Work> works = new ArrayList<>();

    private Works() {}

    /**
     * Makes and configures the processors of all stages.
     *
     * @throws dev.spillway.config.InvalidConfigException when one cannot be made; those before it are closed then
     */
    public static Works create(SpillwayConfig config, Time time) {
        Works all = new Works();
        try {
            for (StageConfig stage : config.stages()) {
                all.works.add(stage.isolate(() -> Processors.create(stage.processing(), time)));
            }
            return all;
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    /** One for each stage. */
    public List<Work> all() {
        return List.copyOf(works);
    }

    @Override
    public void close() {
        for (int i = works.size() - 1; i >= 0; i--) {
            works.get(i).close();
        }
    }
}
