package dev.spillway.load;

/** Which of its keys a record has: a number from 0, chosen with the record's own random numbers. Immutable. */
public abstract sealed class KeyChoice {
    final int keys;

    private KeyChoice(int keys) {
        this.keys = keys;
    }

    /** Every key as often as every other. */
    public static KeyChoice uniform(int keys) {
        return new Uniform(keys);
    }

    /**
     * Key 0 most often, key i with a weight of {@code (i + 1) ^ -exponent}.
     *
     * @param exponent more than 0
     */
    public static KeyChoice zipf(int keys, double exponent) {
        return new Zipf(keys, exponent);
    }

    /**
     * The key of a record.
     *
     * @param record the record's number
     */
    public abstract int choose(SeededDraws draws, long record);

    private static final class Uniform extends KeyChoice {
        private Uniform(int keys) {
            super(keys);
        }

        @Override
        public int choose(SeededDraws draws, long record) {
            return draws.below(keys, record, 0);
        }
    }

    /**
     * Rejection-inversion after Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
     * distributions" (1996): no table, so that ten million keys cost no more memory than ten. StrictMath, because the same
     * seed must give the same keys everywhere.
     */
    private static final class Zipf extends KeyChoice {
        /** The method accepts at least two of three points; a row of rejections this long does not happen. */
        private static final int MOST_DRAWS = 1000;

        private final double exponent;
        private final double areaAtFirst;
        private final double areaAtLast;
        private final double accepted;

        private Zipf(int keys, double exponent) {
            super(keys);
            this.exponent = exponent;
            this.areaAtFirst = area(1.5) - 1;
            this.areaAtLast = area(keys + 0.5);
            this.accepted = 2 - areaInverse(area(2.5) - weight(2));
        }

        @Override
        public int choose(SeededDraws draws, long record) {
            for (int draw = 0; draw < MOST_DRAWS; draw++) {
                double point = areaAtLast + draws.unit(record, draw) * (areaAtFirst - areaAtLast);
                double x = areaInverse(point);
                int rank = (int) Math.max(1, Math.min(keys, Math.round(x)));
                if (rank - x <= accepted || point >= area(rank + 0.5) - weight(rank)) {
                    return rank - 1;
                }
            }
            return 0;
        }

        private double weight(double x) {
            return StrictMath.exp(-exponent * StrictMath.log(x));
        }

        /** The integral of the weight, in a form that is also exact where the exponent is 1. */
        private double area(double x) {
            double log = StrictMath.log(x);
            return log * expm1OverX((1 - exponent) * log);
        }

        private double areaInverse(double area) {
            double t = Math.max(-1, area * (1 - exponent));
            return StrictMath.exp(area * log1pOverX(t));
        }

        private static double expm1OverX(double x) {
            return Math.abs(x) > 1e-8 ? StrictMath.expm1(x) / x : 1 + x / 2;
        }

        private static double log1pOverX(double x) {
            return Math.abs(x) > 1e-8 ? StrictMath.log1p(x) / x : 1 - x / 2;
        }
    }
}
