package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.PassingTime;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsResult;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class OwnGroupTest {
    /** Of a cluster that does not know any group. */
    private static Admin withoutGroups() {
        KafkaFutureImpl<ConsumerGroupDescription> unknown = new KafkaFutureImpl<>();
        unknown.completeExceptionally(new GroupIdNotFoundException("Group app not found."));
        return (Admin) Proxy.newProxyInstance(
                OwnGroupTest.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("describeConsumerGroups")) {
                        return new DescribeConsumerGroupsResult(Map.of("app", unknown));
                    }
                    throw new UnsupportedOperationException(method.toString());
                });
    }

    @Test
    @SuppressWarnings("removal") // there is no other way to make one
    void nobody_has_taken_over_in_a_group_that_kafka_has_forgotten() {
        OwnGroup group = new OwnGroup(withoutGroups(), "app", new PassingTime());
        ConsumerGroupMetadata before = new ConsumerGroupMetadata("app", 3, "a member id", Optional.of("name"));

        assertThat(group.isTakenOver(() -> before, () -> true)).isFalse();
    }
}
