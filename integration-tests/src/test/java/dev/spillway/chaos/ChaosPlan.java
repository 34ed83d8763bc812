package dev.spillway.chaos;

import dev.spillway.config.Guarantee;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * What a run of chaos is to be like. What the system properties {@code chaos.*} do not say is drawn by the seed.
 *
 * @param named whether sidecars have an {@code instance.id}
 */
record ChaosPlan(long seed, Duration duration, Guarantee guarantee, String policy, String protocol, boolean named) {
    private static final double DEFAULT_MINUTES = 2;

    static ChaosPlan fromProperties() {
        long seed = Long.getLong("chaos.seed", System.nanoTime() & 0xffff);
        double minutes = Double.parseDouble(System.getProperty("chaos.minutes", Double.toString(DEFAULT_MINUTES)));
        Random random = new Random(seed);
        // all are drawn in any case, so that what is said of one does not change the others
        Guarantee guarantee = List.of(Guarantee.values()).get(random.nextInt(2));
        String policy = List.of("BLOCK", "DROP_NEWEST", "DROP_OLDEST").get(random.nextInt(3));
        String protocol = List.of("classic", "consumer").get(random.nextInt(2));
        boolean named = random.nextBoolean();
        return new ChaosPlan(
                seed,
                Duration.ofSeconds(Math.round(minutes * 60)),
                guarantee(System.getProperty("chaos.guarantee", guarantee.configValue())),
                System.getProperty("chaos.policy", policy),
                System.getProperty("chaos.protocol", protocol),
                Boolean.parseBoolean(System.getProperty("chaos.named", Boolean.toString(named))));
    }

    /** How to have the same again; the schedule of threads and processes aside. */
    String command() {
        return "mvn -pl integration-tests -am -Pchaos verify -Dchaos.minutes=" + duration.toSeconds() / 60.0
                + " -Dchaos.seed=" + seed + " -Dchaos.guarantee=" + guarantee.configValue() + " -Dchaos.policy="
                + policy + " -Dchaos.protocol=" + protocol + " -Dchaos.named=" + named;
    }

    private static Guarantee guarantee(String name) {
        for (Guarantee guarantee : Guarantee.values()) {
            if (guarantee.configValue().equals(name)) {
                return guarantee;
            }
        }
        throw new IllegalArgumentException("chaos.guarantee=" + name);
    }
}
