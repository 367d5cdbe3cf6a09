package dev.evenkeel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A copy of the script in a checkout whose JDKs and Maven wrapper are small scripts that say how
 * they were called, so that nothing is built or started.
 */
final class FakeCheckout {

  /** What the script uses on its way to the tests. */
  private static final List<String> TOOLS =
      List.of("cat", "chmod", "dirname", "find", "git", "head", "mkdir", "readlink", "sed", "tr");

  private final Path root;

  private FakeCheckout(Path root) {
    this.root = root;
  }

  /** A folder with a space in its name, sources, and no build. No JDK of the machine is seen. */
  static FakeCheckout in(Path folder) throws IOException {
    var root = Files.createDirectories(folder.resolve("a check out"));
    var script = Files.readString(Script.root().resolve("bin/evenkeel"));
    executable(
        root.resolve("bin/evenkeel"),
        script
            .replace("/usr/lib/jvm/", folder + "/jdks/")
            .replace("/opt/*jdk*", folder + "/none")
            .replace("/usr/libexec/java_home", folder + "/none")
            .replace("/Library/Java/", folder + "/none/"));
    Files.writeString(root.resolve("pom.xml"), "<project><version>1.2.3</version></project>");
    Files.createDirectories(root.resolve("server/src/main/java"));
    Files.copy(Script.root().resolve("server/jvm.options"), root.resolve("server/jvm.options"));
    Files.createDirectories(root.resolve("extensions/api/src/main/java"));
    Files.createDirectories(root.resolve(".mvn/wrapper"));
    Files.writeString(root.resolve(".mvn/wrapper/maven-wrapper.properties"), "");
    executable(
        root.resolve("mvnw"),
        """
        #!/bin/sh
        echo "maven: $PWD $JAVA_HOME $*" >>"$HOME/calls"
        echo "browser: ${CHROMIUM-}" >>"$HOME/calls"
        mkdir -p server/target/quarkus-app
        : >server/target/quarkus-app/quarkus-run.jar
        eval "${WHILE_IT_BUILDS-}"
        exit "${MAVEN_RESULT:-0}"
        """);
    executable(
        root.resolve("deploy/engine"),
        """
        #!/bin/sh
        echo asked >>"$HOME/engine"
        [ "${ENGINE_RESULT:-0}" -eq 0 ] || echo "no engine answers"
        exit "${ENGINE_RESULT:-0}"
        """);
    return new FakeCheckout(root);
  }

  Path root() {
    return root;
  }

  Path folder() {
    return root.getParent();
  }

  /** A server that was built after its sources were written, with its start-up cache. */
  FakeCheckout built() throws IOException {
    var jar = root.resolve("server/target/quarkus-app/quarkus-run.jar");
    Files.createDirectories(jar.getParent());
    Files.writeString(jar, "");
    age(root);
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(100)));
    return this;
  }

  /** A start-up cache that was made by this JDK, home and version, with the settings of today. */
  void startUpCacheFor(String jdk) throws Exception {
    Files.writeString(root.resolve("server/target/evenkeel.aot"), "");
    var sum =
        new ProcessBuilder("cksum")
            .redirectInput(root.resolve("server/jvm.options").toFile())
            .start();
    var label = jdk + ' ' + new String(sum.getInputStream().readAllBytes(), UTF_8);
    Files.writeString(root.resolve("server/target/evenkeel.aot.for"), label);
  }

  /** A JDK where the script looks for them. Its java says how it was called. */
  Path jdk(String name, String version) throws IOException {
    return jdk(folder().resolve("jdks").resolve(name), version);
  }

  /** The same where SDKMAN installs them. */
  Path jdkOfSdkman(String name, String version) throws IOException {
    return jdk(folder().resolve(".sdkman/candidates/java").resolve(name), version);
  }

  private static Path jdk(Path home, String version) throws IOException {
    executable(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        case "$*" in
          *AOTCacheOutput*) exit 1 ;;
          *-XshowSettings*) echo "    java.home = %s"; exit ;;
        esac
        echo "java: $0" "$@"
        """
            .formatted(home));
    executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  /**
   * A folder for the PATH with the tools that the script needs but no browser, and with a Node.js,
   * an id that tells this user, and an apt-get that puts a browser there, which starts or does not.
   */
  Path tools(int user, boolean browserStarts) throws IOException {
    var tools = Files.createDirectories(folder().resolve("tools"));
    for (var tool : TOOLS) {
      for (var place : List.of("/usr/bin/", "/bin/")) {
        if (Files.isExecutable(Path.of(place + tool))) {
          executable(tools.resolve(tool), "#!/bin/sh\nexec " + place + tool + " \"$@\"\n");
        }
      }
    }
    executable(tools.resolve("node"), "#!/bin/sh\necho v20.0.0\n");
    executable(tools.resolve("npm"), "#!/bin/sh\n");
    executable(tools.resolve("id"), "#!/bin/sh\necho " + user + "\n");
    executable(
        tools.resolve("apt-get"),
        """
        #!/bin/sh
        echo "apt-get: $*" >>"$HOME/calls"
        case "$*" in
          *install*)
            printf '#!/bin/sh\\nexit %d\\n' >"$HOME/tools/chromium"
            chmod +x "$HOME/tools/chromium"
            ;;
        esac
        """
            .formatted(browserStarts ? 0 : 1));
    return tools;
  }

  /** A browser in that folder. */
  Path browser(String name) throws IOException {
    var browser = folder().resolve("tools").resolve(name);
    executable(browser, "#!/bin/sh\n[ \"$*\" = --version ]\n");
    return browser;
  }

  void change(String source) throws IOException {
    Files.writeString(root.resolve(source), "changed");
  }

  /** Whether the container engine was asked for. */
  boolean needsEngine() {
    return Files.exists(folder().resolve("engine"));
  }

  /** The calls of Maven, in order. */
  String calls() throws IOException {
    var calls = folder().resolve("calls");
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  Script script() {
    return new Script(
        root.resolve("bin/evenkeel"),
        Map.of("PATH", "/usr/bin:/bin", "HOME", folder().toString(), "JAVA_HOME", ""));
  }

  private static void age(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(1000)));
      }
    }
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
