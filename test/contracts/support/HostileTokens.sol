// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// Anyone mints.
abstract contract OpenToken is ERC20 {
    constructor() ERC20("Hostile", "HOST") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// Keeps one unit of every transfer.
contract FeeToken is OpenToken {
    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), 1);
    }
}

/// Calls a chosen contract in the middle of the next transfer, as ERC-777 hooks would.
contract CallingToken is OpenToken {
    address private _target;
    bytes private _data;

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 amount) internal override {
        address target = _target;
        _target = address(0);
        if (target != address(0)) Address.functionCall(target, _data);
        super._update(from, to, amount);
    }
}

/// Refuses transfers to listed accounts, as USDC does.
contract ListingToken is OpenToken {
    error Listed(address account);

    mapping(address account => bool) public listed;

    function list(address account) external {
        listed[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!listed[to], Listed(to));
        super._update(from, to, amount);
    }
}

/// Moves nothing and says so, instead of reverting.
contract FalseToken is OpenToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}
