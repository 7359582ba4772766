package io.sallyport.tls.context;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What the processor can do, as Linux lists it in {@code /proc/cpuinfo}. */
final class ProcessorFlags {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private ProcessorFlags() {}

    /** The flags of this machine's first processor, such as {@code avx512ifma}; none where the kernel lists none. */
    static Set<String> ofThisMachine() {
        try {
            return of(Files.readString(CPUINFO, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** The flags in the text of that file. */
    static Set<String> of(String cpuinfo) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Set.copyOf(
                        List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+", -1))))
                .orElse(Set.of());
    }
}
