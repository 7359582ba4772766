package io.sallyport.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a scrape of {@code /metrics} returned. */
public final class Samples {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");

    private record Sample(String name, String labels, double value) {}

    private final List<Sample> samples;

    private Samples(List<Sample> samples) {
        this.samples = samples;
    }

    public static Samples parse(String text) {
        List<Sample> samples = new ArrayList<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher matcher = SAMPLE.matcher(line);
            if (!matcher.matches()) {
                throw new AssertionError("no sample: " + line);
            }
            String labels = matcher.group(2) == null ? "" : matcher.group(2);
            samples.add(new Sample(matcher.group(1), labels, Double.parseDouble(matcher.group(3))));
        });
        return new Samples(samples);
    }

    /** The sum over all samples of this name that carry these labels: name, value, name, value. */
    public double sum(String name, String... labels) {
        List<Sample> found = samples.stream()
                .filter(sample -> sample.name().equals(name) && carries(sample, labels))
                .toList();
        if (found.isEmpty()) {
            throw new AssertionError("no sample of " + name + " with " + String.join(" ", labels));
        }
        return found.stream().mapToDouble(Sample::value).sum();
    }

    private static boolean carries(Sample sample, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!sample.labels().contains(labels[i] + "=\"" + labels[i + 1] + "\"")) {
                return false;
            }
        }
        return true;
    }
}
