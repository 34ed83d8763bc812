package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.ledger.Outcome;
import dev.spillway.sink.Delivery;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Does what the record's value says, so that a test can put records of many fates side by side. What it does not understand it
 * forwards.
 *
 * <ul>
 *   <li>{@code fail N}: fails the first N times, then forwards
 *   <li>{@code hang}: never returns by itself
 *   <li>{@code fan N}: forwards N results
 *   <li>{@code grow N}: forwards N bytes that no compression makes smaller
 *   <li>{@code cheat}: settles its record behind the product's back, and then forwards as well
 * </ul>
 */
public final class ScriptedProcessor implements Processor {
    private static final Map<String, Integer> TRIES = new ConcurrentHashMap<>();

    /** How often a record was given to any instance in this process. */
    public static int triesOf(String origin) {
        return TRIES.getOrDefault(origin, 0);
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) throws InterruptedException {
        TRIES.merge(record.topic() + "-" + record.partition() + "@" + record.offset(), 1, Integer::sum);
        byte @Nullable [] value = record.value();
        String[] words = value == null ? new String[] {""} : new String(value, UTF_8).split(" ", 2);
        switch (words[0]) {
            case "fail" -> failUntil(Integer.parseInt(words[1]), record);
            case "hang" -> new CountDownLatch(1).await();
            case "cheat" -> settle(record);
            default -> {}
        }
        switch (words[0]) {
            case "fan" -> fan(Integer.parseInt(words[1]), context);
            case "grow" -> context.forward(noise(Integer.parseInt(words[1])));
            default -> context.forward(value);
        }
    }

    private static void failUntil(int attempt, InputRecord record) {
        if (record.attempt() <= attempt) {
            throw new IllegalStateException("failed as told");
        }
    }

    private static void fan(int count, ProcessorContext context) {
        for (int i = 1; i <= count; i++) {
            context.forward(("result " + i).getBytes(UTF_8));
        }
    }

    private static byte[] noise(int size) {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        return noise;
    }

    /** The record that a processor sees knows the books, but no processor outside this package can reach them. */
    private static void settle(InputRecord record) {
        Delivery delivery = ((Entry) record).delivery();
        delivery.run().account().settle(record.offset(), Outcome.PROCESSED);
    }
}
