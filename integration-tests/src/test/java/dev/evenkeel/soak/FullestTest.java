package dev.evenkeel.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class FullestTest {

  @Test
  void theFullestIsTheOneNearestToALimitInEventsOrBytes() throws Exception {
    assertThat(fullest(queue("first", 5, 10, 10, 100), queue("second", 2, 10, 90, 100)))
        .isEqualTo(new Fullest("second", 0.9));
  }

  @Test
  void aQueueOfManyEventsCanBeOverItsBytes() throws Exception {
    assertThat(fullest(queue("window", 2, 10, 128, 100))).isEqualTo(new Fullest("window", 1.28));
  }

  @Test
  void oneEventThatIsLargerThanAllRoomIsNoBrokenLimit() throws Exception {
    assertThat(fullest(queue("window", 1, 10, 128, 100))).isEqualTo(new Fullest("window", 1));
  }

  @Test
  void whatTellsOfNoLimitIsOverIt() throws Exception {
    assertThat(fullest(queue("full", 10, 10, 100, 100), queue("endless", 0, -1, 0, -1)))
        .isEqualTo(new Fullest("endless", Double.POSITIVE_INFINITY));
  }

  private static String queue(String name, int size, int capacity, int bytes, int capacityBytes) {
    return "{\"name\":\"%s\",\"size\":%d,\"capacity\":%d,\"bytes\":%d,\"capacityBytes\":%d}"
        .formatted(name, size, capacity, bytes, capacityBytes);
  }

  private static Fullest fullest(String... queues) throws Exception {
    String state = "{\"maps\":[],\"queues\":[" + String.join(",", queues) + "]}";
    return Fullest.of(new JsonMapper().readTree(state));
  }
}
