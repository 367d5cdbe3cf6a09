package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The job that docs/soak.md gives to others for their CI. */
class SoakJobTest {

  private static final Pattern OPTION = Pattern.compile("--[a-z-]+");

  @Test
  void itHasWhatTheJobOfThisProjectHas() throws IOException {
    List<String> job = job();
    assertThat(stated("- uses: ", job)).containsAll(stated("- uses: ", ownJob()));
    for (String what : List.of("distribution: ", "java-version: ", "node-version: ", "cache: ")) {
      assertThat(stated(what, job)).as(what).containsAll(stated(what, ownJob()));
    }
  }

  @Test
  void itsStepsRunInWhatItChecksOut() throws IOException {
    assertThat(stated("- uses: actions/checkout", job())).hasSize(2);
    assertThat(stated("path: ", job())).containsAll(stated("working-directory: ", job()));
  }

  @Test
  void itCallsTheSoakWithOptionsThatThereAre() throws Exception {
    List<String> calls = stated("- run: bin/evenkeel soak ", job());
    assertThat(calls).singleElement().asString().contains("--extension", "--report ../soak");
    String help = Script.ofThisCheckout().run("soak", "--help").output();
    assertThat(OPTION.matcher(calls.getFirst()).results().map(MatchResult::group))
        .allMatch(help::contains);
  }

  /** What follows these words, on each line that begins with them. */
  private static List<String> stated(String words, List<String> job) {
    return job.stream()
        .filter(line -> line.startsWith(words))
        .map(line -> line.substring(words.length()))
        .toList();
  }

  private static List<String> job() throws IOException {
    return Files.readAllLines(Script.root().resolve("docs/soak.md")).stream()
        .dropWhile(line -> !line.equals("```yaml"))
        .skip(1)
        .takeWhile(line -> !line.equals("```"))
        .map(String::strip)
        .toList();
  }

  private static List<String> ownJob() throws IOException {
    try (Stream<String> lines = Files.lines(Script.root().resolve(".github/workflows/soak.yml"))) {
      return lines.map(String::strip).toList();
    }
  }
}
