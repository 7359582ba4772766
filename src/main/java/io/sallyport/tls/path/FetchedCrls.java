package io.sallyport.tls.path;

import io.sallyport.config.tls.ClientAuthConfig;
import io.sallyport.config.tls.CrlFetchConfig;
import io.sallyport.tls.file.Findings;
import io.sallyport.tls.file.MaterialException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was fetched so far of the lists of one client-auth block.
 *
 * @param awaited of which there is none that can be used
 */
record FetchedCrls(List<Crl> lists, List<URI> awaited) {
    static final String SUFFIX = ".crl";

    FetchedCrls {
        lists = List.copyOf(lists);
        awaited = List.copyOf(awaited);
    }

    /** Reads what is stored. Whatever is wrong with it is no problem: it will be fetched anew. */
    static FetchedCrls read(ClientAuthConfig config, TrustAnchors anchors, Instant now, Findings findings) {
        CrlFetchConfig fetch = config.fetchedCrls();
        List<Crl> lists = new ArrayList<>();
        List<URI> awaited = new ArrayList<>();
        for (URI url : fetch.urls()) {
            Path file = fetch.file(url);
            int before = lists.size();
            if (Files.exists(file)) {
                String fault = add(file, url.toString(), lists);
                if (fault.isEmpty() && !lists.get(before).isOfOneOf(anchors.certificates())) {
                    fault = "is of none of the trust anchors";
                    lists.remove(before);
                }
                if (!fault.isEmpty()) {
                    findings.about(config.where(), file).warning(fault + "; it is fetched again from " + url);
                }
            }
            if (lists.size() == before) {
                awaited.add(url);
                findings.warning(
                        config.where(),
                        url.toString(),
                        "was not fetched yet; until it is, clients are refused whose issuer has no other list");
            }
        }
        if (fetch.distributionPoints()) {
            pointFiles(fetch.points()).forEach(file -> {
                String fault = add(file, Findings.display(file), lists);
                if (!fault.isEmpty()) {
                    findings.about(config.where(), file).warning(fault + "; it is fetched again");
                }
            });
        }
        lists.stream()
                .filter(list -> !list.isCurrent(now))
                .forEach(list -> findings.warning(
                        config.where(),
                        list.name(),
                        "is of " + list.thisUpdate() + " and was to be replaced at " + list.nextUpdate()));
        return new FetchedCrls(lists, awaited);
    }

    /** What is wrong with it; empty: nothing, and it is added. */
    private static String add(Path file, String name, List<Crl> lists) {
        try {
            lists.add(CrlReader.read(file, name).get(0));
            return "";
        } catch (MaterialException e) {
            return e.detail();
        }
    }

    private static List<Path> pointFiles(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // It will be made anew.
        }
    }
}
