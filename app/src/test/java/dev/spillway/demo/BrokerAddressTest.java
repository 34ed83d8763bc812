package dev.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.RepeatedTest;

class BrokerAddressTest {
    @RepeatedTest(20)
    void choosesPortsThatNoOutgoingConnectionGets() {
        BrokerAddress address = BrokerAddress.choose(1);

        assertThat(List.of(address.port(), address.controllerPort(), address.relayedPort()))
                .doesNotHaveDuplicates()
                .allSatisfy(port -> assertThat(port).isBetween(20_000, 31_999));
    }
}
