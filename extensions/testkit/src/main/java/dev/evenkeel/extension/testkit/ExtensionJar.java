package dev.evenkeel.extension.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.extension.Extension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Makes jars with extensions out of source text, for tests of how a server loads them.
 *
 * <pre>{@code
 * new ExtensionJar()
 *     .source("demo.Hello", "package demo; public class Hello implements ...")
 *     .service("demo.Hello")
 *     .writeTo(folder.resolve("hello.jar"));
 * }</pre>
 */
public final class ExtensionJar {

  private static final String SERVICE = "META-INF/services/" + Extension.class.getName();

  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private final List<String> services = new ArrayList<>();
  private final List<String> without = new ArrayList<>();

  /** Adds a class, to be compiled with all others. */
  public ExtensionJar source(String className, String text) {
    sources.put(className, text);
    return this;
  }

  /** Names a class in the service file. */
  public ExtensionJar service(String className) {
    services.add(className);
    return this;
  }

  /** Adds an entry as it is. */
  public ExtensionJar entry(String path, byte[] content) {
    entries.put(path, content);
    return this;
  }

  /** Leaves a class out that the others were compiled with. */
  public ExtensionJar without(String className) {
    without.add(className);
    return this;
  }

  /**
   * The class files, by class name.
   *
   * @throws IllegalArgumentException when a source is wrong; the message is the compiler's
   */
  public Map<String, byte[]> compile() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var said = new DiagnosticCollector<JavaFileObject>();
    var written = new LinkedHashMap<String, ByteArrayOutputStream>();
    try (var files = new InMemory(compiler.getStandardFileManager(said, null, UTF_8), written)) {
      boolean good =
          compiler
              .getTask(
                  null,
                  files,
                  said,
                  List.of("-proc:none", "-parameters", "-cp", classPath()),
                  null,
                  sources.entrySet().stream()
                      .map(each -> new Source(each.getKey(), each.getValue()))
                      .toList())
              .call();
      if (!good) {
        throw new IllegalArgumentException(
            said.getDiagnostics().stream().map(Object::toString).collect(Collectors.joining("\n")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var classes = new LinkedHashMap<String, byte[]>();
    written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
    return classes;
  }

  /** What an extension is compiled with: the interface, and Jackson. */
  private static String classPath() {
    return Stream.of(
            Extension.class, JsonNode.class, JsonParser.class, JsonProperty.class, NullMarked.class)
        .map(
            each -> {
              try {
                URI place = each.getProtectionDomain().getCodeSource().getLocation().toURI();
                return Path.of(place).toString();
              } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
              }
            })
        .distinct()
        .collect(Collectors.joining(java.io.File.pathSeparator));
  }

  /** The jar. */
  public byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes)) {
      if (!services.isEmpty()) {
        add(jar, SERVICE, String.join("\n", services).getBytes(UTF_8));
      }
      if (!sources.isEmpty()) {
        for (Map.Entry<String, byte[]> each : compile().entrySet()) {
          if (!without.contains(each.getKey())) {
            add(jar, each.getKey().replace('.', '/') + ".class", each.getValue());
          }
        }
      }
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        add(jar, each.getKey(), each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void add(JarOutputStream jar, String path, byte[] content) throws IOException {
    jar.putNextEntry(new JarEntry(path));
    jar.write(content);
    jar.closeEntry();
  }

  /** Writes the jar to a file, over what is there, as {@code cp} does. */
  public Path writeTo(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      return Files.write(file, bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("text:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written;

    InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> written) {
      super(files);
      this.written = written;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location,
        String className,
        JavaFileObject.Kind kind,
        @Nullable FileObject sibling) {
      return new SimpleJavaFileObject(
          URI.create("bytes:///" + className.replace('.', '/') + kind.extension), kind) {
        @Override
        public ByteArrayOutputStream openOutputStream() {
          var bytes = new ByteArrayOutputStream();
          written.put(className, bytes);
          return bytes;
        }
      };
    }
  }
}
