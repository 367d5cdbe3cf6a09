package dev.evenkeel.server.config;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenConfigTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
  void onThisMachineNoTokenIsNeeded(String host) {
    assertThatCode(() -> ListenRule.check(host, null)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "::",
        "192.168.1.2",
        "example.org",
        "127.0.0.1.example.org",
        "",
        "fe80::1"
      })
  void beyondThisMachineATokenIsNeeded(String host) {
    assertThatThrownBy(() -> ListenRule.check(host, null))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("quarkus.http.host is '" + host + "' and evenkeel.token is not set")
        .hasMessageContaining("EVENKEEL_TOKEN=")
        .hasMessageContaining("127.0.0.1");
    assertThatCode(() -> ListenRule.check(host, "secret")).doesNotThrowAnyException();
  }
}
