// The courses of indicators as lines. What they show stands in tables and attributes of the page; without this module
// nothing is missing but the picture.
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();

const still = { animation: false, responsive: true, maintainAspectRatio: false, spanGaps: false };

function line(canvas, labels, points, options) {
  return new window.Chart(canvas, {
    type: "line",
    data: {
      labels,
      datasets: [{
        data: points, borderColor: colour("--accent"), backgroundColor: colour("--accent"), borderWidth: 2,
        // A day that stands alone has no line to be seen by.
        pointRadius: ({ dataIndex: at }) => {
          const isAlone = points[at - 1] == null && points[at + 1] == null;
          if (options.small || points.length > 60) return isAlone ? 2 : 0;
          return 3;
        },
        tension: 0,
      }],
    },
    options: { ...still, ...options.chart },
  });
}

function sparks() {
  for (const canvas of document.querySelectorAll("canvas[data-points]")) {
    const points = canvas.dataset.points.split(",").map((text) => (text === "" ? null : Number(text)));
    line(canvas, points.map((_, index) => index), points, {
      small: true,
      chart: {
        responsive: false, events: [],
        plugins: { legend: { display: false }, tooltip: { enabled: false } },
        scales: { x: { display: false }, y: { display: false, grace: "10%" } },
      },
    });
  }
}

// The chosen indicator, read from the table beside it: newest first there, oldest first here.
function course() {
  const canvas = document.getElementById("course");
  if (!canvas) return;
  const rows = [...document.querySelectorAll("#course-table tbody tr")].reverse();
  const points = rows.map((row) => (row.dataset.point === "-" ? null : Number(row.dataset.point)));
  const isRate = canvas.dataset.rate === "true";
  const write = (value) => (isRate ? `${Math.round(value * 1000) / 10} %` : `${value}`);
  line(canvas, rows.map((row) => row.dataset.day), points, {
    chart: {
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { label: (item) => write(item.parsed.y) } },
      },
      scales: {
        x: { ticks: { maxTicksLimit: 8, maxRotation: 0, color: colour("--muted") }, grid: { display: false } },
        y: {
          beginAtZero: true, suggestedMax: isRate ? 1 : undefined, max: isRate ? 1 : undefined,
          ticks: { maxTicksLimit: 6, precision: isRate ? undefined : 0, callback: write, color: colour("--muted") },
        },
      },
    },
  });
}

sparks();
course();
