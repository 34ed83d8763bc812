package dev.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;

class BrokerAddressTest {
    @RepeatedTest(20)
    void choosesTwoPortsThatNoOutgoingConnectionGets() {
        BrokerAddress address = BrokerAddress.choose(1);

        assertThat(address.port()).isBetween(20_000, 31_999).isNotEqualTo(address.controllerPort());
        assertThat(address.controllerPort()).isBetween(20_000, 31_999);
    }
}
