package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.RetryConfig;
import dev.spillway.config.Settings;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.DeliveryLine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginPathTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String PROCESSOR = """
            package com.acme;

            public class %s implements dev.spillway.processor.Processor {
                @Override
                public void process(dev.spillway.processor.InputRecord record, dev.spillway.processor.ProcessorContext context) {
                    context.forward(Library.word().getBytes());
                }
            }
            """;
    private static final String CONTEXT = """
            package com.acme;

            public class %1$s implements dev.spillway.processor.Processor {
                public static final java.util.List<String> AT_HOME = new java.util.concurrent.CopyOnWriteArrayList<>();

                public %1$s() {
                    look("created");
                }

                @Override
                public void configure(java.util.Map<String, String> settings) {
                    look("configured");
                }

                @Override
                public void process(dev.spillway.processor.InputRecord record, dev.spillway.processor.ProcessorContext context)
                        throws Exception {
                    look("called");
                    context.cpuBound(() -> look("computing"));
                }

                @Override
                public void close() {
                    look("closed");
                }

                private static String look(String when) {
                    if (Thread.currentThread().getContextClassLoader() == %1$s.class.getClassLoader()) {
                        AT_HOME.add(when);
                    }
                    return when;
                }
            }
            """;
    private static final String LIBRARY = """
            package com.acme;

            final class Library {
                static String word() {
                    return "%s";
                }
            }
            """;

    @TempDir
    Path directory;

    private Work work = Work.of((record, context) -> {});

    @AfterEach
    void close() throws IOException {
        work.close();
        if (work.type().getClassLoader() instanceof URLClassLoader loader) {
            loader.close();
        }
    }

    /** Compiles a processor and its library into one jar. */
    private void plugin(Path jar, String className, String word) throws IOException {
        plugin(jar, PROCESSOR, className, word);
    }

    private void plugin(Path jar, String source, String className, String word) throws IOException {
        Path build = Files.createTempDirectory(directory, "build");
        Path processor = build.resolve(className + ".java");
        Path library = build.resolve("Library.java");
        Files.writeString(processor, source.formatted(className));
        Files.writeString(library, LIBRARY.formatted(word));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            var options = List.of("-d", build.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            var sources = files.getJavaFileObjects(processor, library);
            assertThat(compiler.getTask(problems, files, null, options, null, sources)
                            .call())
                    .as(problems.toString())
                    .isTrue();
        }
        Files.createDirectories(jar.getParent());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (String name : List.of(className, "Library")) {
                String entry = "com/acme/" + name + ".class";
                out.putNextEntry(new JarEntry(entry));
                Files.copy(build.resolve(entry), out);
                out.closeEntry();
            }
        }
    }

    private Class<?> find(String className) {
        work = Processors.create(
                Settings.minimal()
                        .with("processor", className)
                        .with("plugin.path", directory.resolve("plugins").toString())
                        .config(),
                new PassingTime());
        return work.type();
    }

    @Test
    void a_jar_in_a_folder_of_the_path_is_a_plug_in() throws Exception {
        plugin(directory.resolve("plugins/shout.jar"), "Shout", "LOUD");

        Class<?> type = find("com.acme.Shout");

        assertThat(type.getName()).isEqualTo("com.acme.Shout");
        assertThat(type.getClassLoader()).isNotSameAs(getClass().getClassLoader());
    }

    @Test
    void a_folder_of_jars_is_a_plug_in_too() throws Exception {
        plugin(directory.resolve("plugins/whisper/lib.jar"), "Whisper", "soft");

        assertThat(find("com.acme.Whisper").getName()).isEqualTo("com.acme.Whisper");
    }

    @Test
    void plug_ins_do_not_see_each_others_classes() throws Exception {
        plugin(directory.resolve("plugins/a.jar"), "Shout", "LOUD");
        plugin(directory.resolve("plugins/b.jar"), "Whisper", "soft");
        Class<?> libraryOfShout = libraryOf(find("com.acme.Shout"));
        close();
        Class<?> whisper = find("com.acme.Whisper");

        assertThat(libraryOf(whisper)).isNotSameAs(libraryOfShout);
        assertThatThrownBy(() -> Class.forName("com.acme.Shout", true, whisper.getClassLoader()))
                .isInstanceOf(ClassNotFoundException.class);
    }

    private static Class<?> libraryOf(Class<?> plugin) throws ClassNotFoundException {
        return Class.forName("com.acme.Library", true, plugin.getClassLoader());
    }

    @Test
    void what_plug_ins_and_spillway_talk_about_is_the_same_for_both() throws Exception {
        plugin(directory.resolve("plugins/a.jar"), "Shout", "LOUD");
        ClassLoader loader = find("com.acme.Shout").getClassLoader();

        assertThat(Class.forName(Processor.class.getName(), true, loader)).isSameAs(Processor.class);
        assertThat(Class.forName("org.slf4j.Logger", true, loader)).isSameAs(org.slf4j.Logger.class);
    }

    @Test
    void whenever_a_plug_in_runs_its_libraries_find_what_it_brings() throws Exception {
        plugin(directory.resolve("plugins/a.jar"), CONTEXT, "Looking", "");
        Object atHome = find("com.acme.Looking").getField("AT_HOME").get(null);
        var time = new PassingTime();
        var line = new DeliveryLine(time);
        var queue = new ShedQueue<Delivery>(1, 10_000, ShedPolicies.BLOCK, Delivery::size, time);
        var retry = new RetryConfig(0, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1));
        try (CpuPool pool = new CpuPool(1);
                WorkerScope scope = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, Time.system())) {
            new Workers(1, queue, work, pool, retry, line.spoiled(), time, new Random(1)).forkIn(scope);
            queue.tryOffer(line.next());
            queue.close();
            assertThat(scope.join(PATIENCE, PATIENCE).failures()).isEmpty();
        }
        work.close();

        assertThat(atHome).isEqualTo(List.of("created", "configured", "called", "computing", "closed"));
        assertThat(Thread.currentThread().getContextClassLoader())
                .isNotSameAs(work.type().getClassLoader());
    }

    @Test
    void what_no_plug_in_has_is_looked_for_on_the_class_path() throws Exception {
        plugin(directory.resolve("plugins/a.jar"), "Shout", "LOUD");

        assertThat(find(ProcessorsTest.Own.class.getName())).isSameAs(ProcessorsTest.Own.class);
    }

    @Test
    void a_folder_that_is_not_there_is_named() {
        assertThatThrownBy(() -> find("com.acme.Shout"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("plugin.path", "plugins", "create the folder");
    }
}
