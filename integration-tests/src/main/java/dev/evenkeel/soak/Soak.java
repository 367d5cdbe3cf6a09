package dev.evenkeel.soak;

import dev.evenkeel.soak.fault.FaultsCommand;
import dev.evenkeel.testbed.SocketIoServer.Form;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Soaks the packaged server on this machine. {@code bin/evenkeel soak} runs it. */
public final class Soak {

  private Soak() {}

  /** Runs it, and ends the process with 0, 1 or 2. */
  public static void main(String[] words) {
    if (Arrays.asList(words).contains("--help")) {
      System.out.print(SoakArguments.HELP);
      return;
    }
    if (System.getProperty("testbed") == null) {
      Form.choose("process"); // whoever soaks an extension needs no containers
    }
    int code;
    try {
      code =
          FaultsCommand.isMeant(words)
              ? FaultsCommand.run(words)
              : run(SoakArguments.of(words), SoakArguments.command(List.of(words)));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + SoakArguments.HELP);
      code = 2;
    } catch (RefusedExtensionException e) {
      System.err.println(e.getMessage());
      code = 2;
    } catch (Exception e) {
      System.err.println("the run could not be done: " + e);
      e.printStackTrace();
      code = 2;
    }
    System.exit(code);
  }

  private static int run(SoakArguments arguments, String command) throws Exception {
    Path folder = Files.createTempDirectory("evenkeel-soak-");
    try {
      SoakResult result = SoakRun.of(arguments.plan(), folder, System.out::println);
      List<Verdict> verdicts = Verdicts.of(result);
      verdicts.forEach(System.out::println);
      Path report = arguments.report();
      if (report != null) {
        new Report(result, verdicts, command).writeTo(report);
        System.out.println("the report is in " + report.toAbsolutePath().normalize());
      }
      boolean good = verdicts.stream().allMatch(Verdict::isGood);
      return good ? 0 : 1;
    } finally {
      SoakRun.remove(folder);
    }
  }
}
