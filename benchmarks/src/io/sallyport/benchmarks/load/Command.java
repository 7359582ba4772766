package io.sallyport.benchmarks.load;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** One line from the driver: a name, and {@code key=value} words. */
record Command(String name, Map<String, String> words) {

    static Command parse(String line) {
        String[] parts = line.trim().split(" +");
        return new Command(
                parts[0],
                Arrays.stream(parts)
                        .skip(1)
                        .map(word -> word.split("=", 2))
                        .collect(Collectors.toMap(pair -> pair[0], pair -> pair.length == 2 ? pair[1] : "true")));
    }

    String text(String key, String otherwise) {
        return words.getOrDefault(key, otherwise);
    }

    int number(String key, int otherwise) {
        return Math.toIntExact(number(key, (long) otherwise));
    }

    long number(String key, long otherwise) {
        String value = words.get(key);
        return value == null ? otherwise : Long.parseLong(value);
    }

    boolean flag(String key) {
        return Boolean.parseBoolean(words.get(key));
    }
}
