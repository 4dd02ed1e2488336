-- The online shop of the demonstration: a few thousand orders, with an image, a view and a partitioned log.

SELECT setseed(0.42);

CREATE TYPE order_state AS ENUM ('placed', 'paid', 'sent', 'returned');

CREATE TABLE customers (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, email text UNIQUE, city text,
  since date NOT NULL);
INSERT INTO customers (name, email, city, since)
SELECT given || ' ' || family, lower(given) || '.' || n || '@example.org', city, date '2022-01-01' + (random() * 1400)::integer
  FROM generate_series(1, 1200) AS n,
  LATERAL (SELECT (ARRAY['Ana', 'Björn', 'Chiara', 'Дмитрий', 'Eun-ji', 'Fatima', 'Großmann', '花子'])[n % 8 + 1] AS given,
    (ARRAY['Alvarez', 'O''Brien', 'Schmidt', 'Kowalski', 'Nguyễn'])[n % 5 + 1] AS family,
    (ARRAY['Porto', 'Gdańsk', 'Zürich', 'Québec', 'Kyōto', 'Reykjavík'])[n % 6 + 1] AS city) AS made_up;

CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, price numeric(8, 2) NOT NULL, picture bytea,
  attributes jsonb NOT NULL DEFAULT '{}');
INSERT INTO products (name, price, picture, attributes)
SELECT (ARRAY['Lamp', 'Chair', 'Kettle', 'Rug', 'Shelf'])[n % 5 + 1] || ' No. ' || n, (random() * 200 + 5)::numeric(8, 2),
  decode(repeat(md5(n::text), 200), 'hex'), jsonb_build_object('colour', (ARRAY['red', 'blue', 'oak'])[n % 3 + 1], 'kg', n % 20)
  FROM generate_series(1, 150) AS n;

CREATE TABLE orders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer integer NOT NULL REFERENCES customers ON DELETE CASCADE,
  placed timestamptz NOT NULL, state order_state NOT NULL, total numeric(10, 2) NOT NULL DEFAULT 0);
INSERT INTO orders (customer, placed, state)
SELECT (random() * 1199)::integer + 1, timestamptz '2025-01-01 00:00+00' + random() * interval '300 days',
  (ARRAY['placed', 'paid', 'sent', 'sent', 'returned']::order_state[])[n % 5 + 1] FROM generate_series(1, 5000) AS n;

CREATE TABLE order_lines (
  "order" integer NOT NULL REFERENCES orders ON DELETE CASCADE, line smallint NOT NULL, product integer NOT NULL REFERENCES products,
  quantity integer NOT NULL CHECK (quantity > 0), price numeric(8, 2) NOT NULL, PRIMARY KEY ("order", line));
INSERT INTO order_lines
SELECT orders.id, line, product.id, (random() * 4)::integer + 1, product.price
  FROM orders, generate_series(1, 1 + orders.id % 4) AS line
  JOIN LATERAL (SELECT id, price FROM products WHERE id = (orders.id * 7 + line * 31) % 150 + 1) AS product ON true;
UPDATE orders SET total = lines.total
  FROM (SELECT "order", sum(quantity * price) AS total FROM order_lines GROUP BY 1) AS lines WHERE lines."order" = orders.id;

CREATE TABLE visits (at timestamptz NOT NULL, customer integer, page text) PARTITION BY RANGE (at);
CREATE TABLE visits_first PARTITION OF visits FOR VALUES FROM (MINVALUE) TO ('2025-06-01');
CREATE TABLE visits_second PARTITION OF visits FOR VALUES FROM ('2025-06-01') TO (MAXVALUE);
INSERT INTO visits
SELECT timestamptz '2025-01-01 00:00+00' + n * interval '11 minutes', n % 1200 + 1, '/products/' || n % 150
  FROM generate_series(1, 40000) AS n;

CREATE MATERIALIZED VIEW turnover AS
  SELECT date_trunc('month', placed) AS month, count(*) AS orders, sum(total) AS total FROM orders GROUP BY 1;
CREATE INDEX ON orders (customer);
ANALYZE;
