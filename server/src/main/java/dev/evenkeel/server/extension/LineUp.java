package dev.evenkeel.server.extension;

import dev.evenkeel.extension.EventKind;
import dev.evenkeel.extension.HookEvent;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All extensions at one moment, in their order, with tables of who wants which events. It never
 * changes: a switch puts another in its place.
 */
final class LineUp {

  private static final String ALL = "*";

  /**
   * A known extension.
   *
   * @param off why it does not run, or null
   */
  record Seat(
      String name,
      Origin origin,
      CallRecord calls,
      Instant since,
      @Nullable RunningExtension running,
      @Nullable Off off) {}

  /**
   * Why an extension does not run.
   *
   * @param maps what its maps held, by the name under which they are written
   */
  record Off(RunningExtension.State state, String reason, Map<String, MapHandover> maps) {}

  private final List<Seat> seats;
  private final List<RunningExtension> running;
  private final FilterChain filters;
  private final Map<String, List<Registration.Guard>> guards;
  private final Map<EventKind, Map<String, List<Visit>>> visits;
  private final List<StateMap<?, ?>> maps;

  LineUp(List<Seat> seats) {
    this.seats = List.copyOf(seats);
    this.running = seats.stream().map(LineUp.Seat::running).filter(Objects::nonNull).toList();
    this.filters =
        FilterChain.of(running.stream().flatMap(each -> each.filters().stream()).toList());
    this.guards = guardsByEvent();
    this.visits = visitsByEvent();
    this.maps = running.stream().<StateMap<?, ?>>flatMap(each -> each.maps().stream()).toList();
  }

  /** Whoever wants all events stands in the list of each name too, in the order of extensions. */
  private Map<String, List<Registration.Guard>> guardsByEvent() {
    List<Registration.Guard> all =
        running.stream().flatMap(each -> each.guards().stream()).toList();
    var byEvent = new HashMap<String, List<Registration.Guard>>();
    for (Registration.Guard each : all) {
      byEvent.computeIfAbsent(
          each.event(),
          name ->
              all.stream()
                  .filter(one -> one.event().equals(name) || one.event().equals(ALL))
                  .toList());
    }
    byEvent.putIfAbsent(ALL, List.of());
    return byEvent;
  }

  /** For each kind, by the names that somebody asked for; all other names are under "*". */
  private Map<EventKind, Map<String, List<Visit>>> visitsByEvent() {
    var names = new HashSet<String>(Set.of(ALL));
    for (RunningExtension extension : running) {
      for (Registration.Processor each : extension.processors()) {
        if (each.wanted() instanceof Registration.Wanted.Named named) {
          names.add(named.wanted());
        }
      }
    }
    var byKind = new EnumMap<EventKind, Map<String, List<Visit>>>(EventKind.class);
    for (EventKind kind : EventKind.values()) {
      var byName = new HashMap<String, List<Visit>>();
      names.forEach(name -> byName.put(name, visits(name, kind)));
      byKind.put(kind, byName);
    }
    return byKind;
  }

  private List<Visit> visits(String name, EventKind kind) {
    return running.stream()
        .map(
            each ->
                new Visit(
                    each,
                    each.processors().stream()
                        .filter(one -> one.wanted().covers(name, kind))
                        .toList()))
        .filter(each -> !each.processors().isEmpty())
        .toList();
  }

  private static <R> R of(Map<String, R> byEvent, String event) {
    R own = byEvent.get(event);
    return own == null ? Objects.requireNonNull(byEvent.get(ALL)) : own;
  }

  List<Seat> seats() {
    return seats;
  }

  List<RunningExtension> running() {
    return running;
  }

  FilterChain filters() {
    return filters;
  }

  List<Registration.Guard> guardsOf(String event) {
    return of(guards, event);
  }

  List<Visit> visitsOf(HookEvent event) {
    return of(Objects.requireNonNull(visits.get(event.kind())), event.name());
  }

  List<StateMap<?, ?>> maps() {
    return maps;
  }
}
