package dev.evenkeel.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.server.log.EventType;
import dev.evenkeel.server.query.EventQuery.Filter;
import dev.evenkeel.server.query.EventQuery.Order;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventQueryTest {

  private static Map<String, List<String>> query(String text) {
    var query = new HashMap<String, List<String>>();
    for (String each : text.split("&")) {
      int equals = each.indexOf('=');
      String name = each.substring(0, equals);
      query.put(name, new ArrayList<>(query.getOrDefault(name, List.of())));
      query.get(name).add(each.substring(equals + 1));
    }
    return query;
  }

  @Test
  void withoutParametersTheNewestHundredAreMeant() throws Exception {
    assertThat(EventQuery.of(Map.of()))
        .isEqualTo(new EventQuery(Order.NEWEST_FIRST, Long.MAX_VALUE, Filter.ALL, 100));
  }

  @Test
  void afterReadsOnAndBeforeReadsBack() throws Exception {
    assertThat(EventQuery.of(query("after=0&limit=1000")))
        .isEqualTo(new EventQuery(Order.OLDEST_FIRST, 0, Filter.ALL, 1000));
    assertThat(EventQuery.of(query("before=0001700000000123")))
        .isEqualTo(new EventQuery(Order.NEWEST_FIRST, 1700000000123L, Filter.ALL, 100));
  }

  @Test
  void filtersAreRead() throws Exception {
    assertThat(EventQuery.of(query("session=s&source=codex&name=Stop&type=hook")).filter())
        .isEqualTo(new Filter("s", "codex", "Stop", EventType.HOOK));
  }

  @Test
  void anEmptySessionIsThatOfEventsWithoutOne() throws Exception {
    assertThat(EventQuery.of(query("session=")).filter())
        .isEqualTo(new Filter("", null, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          limit=0            | 'limit' is 0; it has to be 1 to 1000
          limit=1001         | 'limit' is 1001; it has to be 1 to 1000
          limit=-5           | 'limit' is -5; it has to be 1 to 1000
          limit=ten          | 'limit' is 'ten'; it has to be a number
          limit=             | 'limit' is ''; it has to be a number
          limit=1&limit=2    | 'limit' is given more than once
          after=abc          | 'after': 'abc' is no event id; ids are up to 16 digits
          after=-1           | 'after': '-1' is no event id; ids are up to 16 digits
          before=12345678901234567 | 'before': '12345678901234567' is no event id
          after=1&before=2   | 'after' and 'before' are both given
          type=hooks         | 'type' is 'hooks'; there are [hook, derived, server]
          name=              | 'name' is empty; leave it out or give a value
          source=            | 'source' is empty; leave it out or give a value
          text=              | 'text': the text has no word to look for
          text=*             | 'text': the text has no word to look for
          text="open          | 'text': the quote at character 0 is not closed
          sesion=x           | 'sesion' is no parameter here; there are [after, before, limit, name, session, source, text, type]
          """,
      quoteCharacter = '`')
  void whatIsWrongIsRefusedWithItsName(String text, String message) {
    assertThatThrownBy(() -> EventQuery.of(query(text)))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageStartingWith(message);
  }
}
