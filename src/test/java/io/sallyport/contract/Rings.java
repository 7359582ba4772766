package io.sallyport.contract;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Groups of top-level types each of which knows, through the others, itself. What is nested in a type belongs to it. */
final class Rings {
    private final Map<String, Set<String>> known = new TreeMap<>();

    private Rings() {}

    /** The rings among these classes, by their names. */
    static Set<Set<String>> of(JavaClasses classes) {
        Rings rings = new Rings();
        classes.forEach(each -> rings.known
                .computeIfAbsent(topLevel(each), any -> new TreeSet<>())
                .addAll(each.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> topLevel(dependency.getTargetClass().getBaseComponentType()))
                        .filter(target -> !target.equals(topLevel(each)))
                        .toList()));
        Map<String, Set<String>> reached = rings.known.keySet().stream()
                .collect(Collectors.toMap(each -> each, rings::reachedFrom, (one, same) -> one, TreeMap::new));
        return reached.entrySet().stream()
                .map(entry -> entry.getValue().stream()
                        .filter(other -> reached.getOrDefault(other, Set.of()).contains(entry.getKey()))
                        .collect(Collectors.toCollection(TreeSet::new)))
                .filter(ring -> !ring.isEmpty())
                .collect(Collectors.toSet());
    }

    private static String topLevel(JavaClass type) {
        String name = type.getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    private Set<String> reachedFrom(String start) {
        Set<String> reached = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(known.getOrDefault(start, Set.of()));
        while (!open.isEmpty()) {
            String each = open.pop();
            if (reached.add(each)) {
                open.addAll(known.getOrDefault(each, Set.of()));
            }
        }
        return reached;
    }
}
