/** A table of any length: only the rows near the screen exist, the page itself scrolls. */

import { type ColumnDef, type RowData, tableFeatures, useTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { usePreferences } from "@/preferences/store";
import { cx } from "./cx";

const features = tableFeatures({});

export type Column<T extends RowData> = ColumnDef<typeof features, T> & {
  id: string;
  meta?: undefined;
};

/** How a column sits: numbers to the right, some only on wide screens. */
export interface Placement {
  end?: boolean;
  wideOnly?: boolean;
  width?: string;
  /** Its width on a phone, when another. */
  narrow?: string;
}

interface VirtualTableProps<T extends RowData> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  placement: Record<string, Placement>;
  rowId: (row: T) => string;
  onOpen: (row: T) => void;
  more: { has: boolean; busy: boolean; load: () => void };
}

const ROW = { comfortable: 44, standard: 36, compact: 30 } as const;
const TOUCH_ROW = 52;
const COARSE = "(max-width: 47.99rem)";

export function VirtualTable<T extends RowData>(props: VirtualTableProps<T>) {
  const { rows, placement, more } = props;
  const { density } = usePreferences();
  const narrow = globalThis.matchMedia?.(COARSE).matches ?? false;
  const height = narrow ? TOUCH_ROW : ROW[density];
  const table = useTable({ features, columns: props.columns, data: rows, getRowId: props.rowId });
  const box = useRef<HTMLTableElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    setOffset((box.current?.getBoundingClientRect().top ?? 0) + globalThis.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: offset,
    initialRect: { width: 1200, height: 900 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new row height needs new measures
  useEffect(() => virtual.measure(), [height]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { has, busy, load } = more;
  useEffect(() => {
    if (has && !busy && last >= rows.length - 20) load();
  }, [has, busy, load, last, rows.length]);

  const model = table.getRowModel().rows;
  const above = Math.max((items[0]?.start ?? 0) - offset, 0);
  const below = virtual.getTotalSize() - Math.max((items.at(-1)?.end ?? offset) - offset, 0);
  const cellClass = (id: string) =>
    cx(
      "px-3 max-md:px-2",
      placement[id]?.end && "text-right tabular-nums",
      placement[id]?.wideOnly && "max-md:hidden",
    );
  return (
    <div className="rounded-card border border-line bg-surface">
      <table
        ref={box}
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        className="w-full table-fixed border-collapse text-body"
      >
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} className="text-left text-meta text-muted">
              {group.headers.map((header) => (
                <th
                  key={header.id}
                  scope="col"
                  style={{ width: widthOf(placement[header.column.id], narrow) }}
                  className={cx(
                    cellClass(header.column.id),
                    "h-9 border-b border-line font-medium",
                  )}
                >
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Gap height={above} />
          {items.map((item) => {
            const row = model[item.index];
            if (!row) return null;
            return (
              <tr
                key={row.id}
                aria-rowindex={item.index + 2}
                style={{ height }}
                onClick={(event) => {
                  // The link inside the row is the accessible way; the rest of the row is comfort.
                  if (!(event.target as Element).closest("a")) props.onOpen(row.original);
                }}
                className="motion-hover cursor-pointer border-b border-line last:border-b-0 hover:bg-raised"
              >
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} className={cx(cellClass(cell.column.id), "truncate")}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  );
}

function widthOf(placement: Placement | undefined, narrow: boolean): string | undefined {
  return (narrow ? placement?.narrow : undefined) ?? placement?.width;
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty spacer row, never focusable
    <tr aria-hidden="true">
      <td style={{ height, padding: 0 }} />
    </tr>
  );
}
