package io.sallyport.explain.report;

/** Colours of a terminal (ECMA-48 SGR), or none. */
public enum Ink {
    COLOURED,
    PLAIN;

    /** What is written in it. */
    enum Colour {
        TITLE(1),
        DIM(2),
        BAD(31),
        GOOD(32),
        WEAK(33);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    String paint(Colour colour, String text) {
        return this == PLAIN ? text : "\u001b[" + colour.code + "m" + text + "\u001b[0m";
    }
}
