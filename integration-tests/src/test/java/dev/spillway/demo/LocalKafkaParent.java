package dev.spillway.demo;

import java.io.OutputStream;

/** A process that starts a {@link LocalKafka}, prints the broker's process id and waits to be killed. */
final class LocalKafkaParent {
    private LocalKafkaParent() {}

    public static void main(String[] args) throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start()) {
            System.out.println(kafka.pid());
            // until the test that started this is gone, should it not get as far as killing it
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
