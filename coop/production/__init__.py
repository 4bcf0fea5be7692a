"""What happens between the split and the scale: agreements, inputs on credit, field log, inspections."""
