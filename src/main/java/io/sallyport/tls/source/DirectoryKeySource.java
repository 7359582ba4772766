package io.sallyport.tls.source;

import io.sallyport.config.hocon.ConfigProblem;
import io.sallyport.config.tls.CertificateConfig;
import io.sallyport.config.tls.PasswordConfig;
import io.sallyport.tls.file.FileHash;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import io.sallyport.tls.material.KeyMaterial;
import io.sallyport.tls.source.DirectoryMemory.Known;
import io.sallyport.tls.source.DirectoryMemory.State;
import io.sallyport.tls.source.FileContents.Content;
import io.sallyport.tls.source.PairNames.Pair;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All pairs of chain and key in a folder, as other programs leave them there. A pair that cannot be used is told of, and keeps
 * none of the others from being served.
 */
final class DirectoryKeySource implements KeySource {
    /** Of thousands of pairs each may have something to say. */
    private static final int MOST_SAID = 10;

    private final CertificateConfig.Directory config;
    private final Function<String, @Nullable String> environment;
    private final DirectoryMemory memory;

    /** @param memory of this folder */
    DirectoryKeySource(
            CertificateConfig.Directory config,
            Function<String, @Nullable String> environment,
            DirectoryMemory memory) {
        this.config = config;
        this.environment = environment;
        this.memory = memory;
    }

    @Override
    public String fingerprint() {
        synchronized (memory) {
            try {
                StringBuilder all = new StringBuilder(passwordState());
                memory.look(config.directory()).forEach((file, content) -> {
                    // What is no PEM changes nothing: a log that somebody writes there, say.
                    if (content.isPem()) {
                        all.append(file).append(' ').append(content.hash()).append('\n');
                    }
                });
                return FileHash.ofText(all.toString());
            } catch (MaterialException e) {
                return FileHash.ofText(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public Set<Path> files() {
        Set<Path> files = new TreeSet<>();
        files.add(config.directory());
        if (config.password() instanceof PasswordConfig.File password) {
            files.add(password.path());
        }
        synchronized (memory) {
            try {
                files.addAll(memory.watched(config.directory()));
            } catch (MaterialException e) {
                // The load tells of it.
            }
        }
        return files;
    }

    @Override
    public List<KeyMaterial> read(Instant now, Findings findings) {
        synchronized (memory) {
            try {
                return read(memory.lastLook(config.directory()), new KeyMaterialLoader(environment, now), findings);
            } catch (MaterialException e) {
                findings.about(config.where(), config.directory()).problem(e);
                return List.of();
            }
        }
    }

    private List<KeyMaterial> read(Map<Path, Content> files, KeyMaterialLoader loader, Findings findings) {
        PairNames names = memory.names(files);
        String password = passwordState();
        Map<Pair, Known> read = new LinkedHashMap<>();
        for (Pair pair : names.pairs()) {
            State state = new State(
                    Objects.requireNonNull(files.get(pair.chain())),
                    Objects.requireNonNull(files.get(pair.key())),
                    password);
            read.put(pair, memory.of(pair, state, (each, found) -> load(each, loader, found)));
        }
        Map<Pair, Known> torn = torn(files, read.keySet());
        if (!torn.isEmpty()) {
            torn.putAll(read);
            read = torn;
        }
        memory.keep(read);
        tell(read, names, files, findings);
        List<KeyMaterial> good = new ArrayList<>();
        for (Known known : read.values()) {
            if (known.good() != null) {
                good.add(known.good());
            }
        }
        return LatestOfName.of(good);
    }

    /** Those of which one half is missing now, in order. */
    private SortedMap<Pair, Known> torn(Map<Path, Content> files, Set<Pair> whole) {
        SortedMap<Pair, Known> torn = new TreeMap<>();
        memory.torn(whole, files.keySet()).forEach((pair, good) -> {
            Path missing = files.containsKey(pair.chain()) ? pair.key() : pair.chain();
            ConfigProblem broken = problem(missing, "is gone (expected: both halves of a pair)");
            torn.put(pair, new Known(null, good, broken, new Findings()));
        });
        return torn;
    }

    private Optional<KeyMaterial> load(Pair pair, KeyMaterialLoader loader, Findings findings) {
        return loader.load(
                new CertificateConfig.Pem(pair.chain(), pair.key(), config.password(), config.place()), findings);
    }

    private void tell(Map<Pair, Known> read, PairNames names, Map<Path, Content> files, Findings findings) {
        List<ConfigProblem> said = new ArrayList<>();
        List<ConfigProblem> unusable = new ArrayList<>();
        boolean nothing = true;
        for (Known known : read.values()) {
            said.addAll(known.said().warnings());
            said.addAll(known.said().notes());
            if (known.broken() != null) {
                unusable.add(withOutcome(known.broken(), known.good() != null));
            }
            nothing &= known.good() == null;
        }
        if (!names.halves().isEmpty()) {
            Set<Path> told = new HashSet<>();
            read.keySet().forEach(pair -> told.addAll(List.of(pair.chain(), pair.key())));
            names.halves().stream()
                    .filter(half -> !told.contains(half.file()))
                    .forEach(half -> unusable.add(withOutcome(
                            problem(half.file(), "nothing belongs to it (expected: " + half.missing() + " beside it)"),
                            false)));
        }
        unusable.forEach(findings::addUnusable);
        warn(unusable, "pairs that cannot be used", findings);
        warn(said, "remarks about its certificates", findings);
        if (nothing) {
            findings.warning(config.where(), Findings.display(config.directory()), nothing(files));
        }
    }

    private void warn(List<ConfigProblem> all, String what, Findings findings) {
        all.stream().limit(MOST_SAID).forEach(each -> findings.warning(each.where(), each.path(), each.detail()));
        if (all.size() > MOST_SAID) {
            findings.warning(
                    config.where(),
                    Findings.display(config.directory()),
                    (all.size() - MOST_SAID) + " more " + what + " (" + all.size() + " in all)");
        }
    }

    private static String nothing(Map<Path, Content> files) {
        String found = files.isEmpty()
                ? "is empty"
                : "no certificate with its key in " + files.size() + " files, as "
                        + files.keySet().iterator().next().getFileName();
        return found
                + " (expected: fullchain.pem with privkey.pem, NAME.crt with NAME.key, or PEM files that hold both)";
    }

    private static ConfigProblem withOutcome(ConfigProblem problem, boolean served) {
        return new ConfigProblem(
                problem.where(),
                problem.path(),
                problem.detail() + (served ? "; what it was before stays in service" : "; not served"));
    }

    private ConfigProblem problem(Path file, String detail) {
        return new ConfigProblem(config.where(), Findings.display(file), detail);
    }

    private String passwordState() {
        if (config.password() instanceof PasswordConfig.File password) {
            return FileHash.of(password.path());
        }
        return "";
    }
}
