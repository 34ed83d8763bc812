package dev.spillway.runtime;

import dev.spillway.intake.PartitionEnds;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Where the input ends at the moment, by the admin client: it answers in a thread of its own. */
final class InputEnds implements PartitionEnds {
    private final Admin admin;

    InputEnds(Admin admin) {
        this.admin = admin;
    }

    /** Those that the brokers do not tell are left out. */
    @Override
    public CompletableFuture<Map<TopicPartition, Long>> of(Set<TopicPartition> partitions) {
        ListOffsetsResult result = admin.listOffsets(
                partitions.stream().collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())),
                new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        Map<TopicPartition, CompletableFuture<ListOffsetsResultInfo>> each = new HashMap<>();
        for (TopicPartition partition : partitions) {
            each.put(
                    partition,
                    result.partitionResult(partition).toCompletionStage().toCompletableFuture());
        }
        return CompletableFuture.allOf(each.values().toArray(CompletableFuture[]::new))
                .handle((all, failure) -> known(each));
    }

    private static Map<TopicPartition, Long> known(Map<TopicPartition, CompletableFuture<ListOffsetsResultInfo>> each) {
        Map<TopicPartition, Long> known = new HashMap<>();
        each.forEach((partition, end) -> {
            if (!end.isCompletedExceptionally()) {
                known.put(partition, end.join().offset());
            }
        });
        return known;
    }
}
